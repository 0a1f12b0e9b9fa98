//! `cargo testfiesta report`

mod file;
mod gather;
mod html;
mod json;
mod junit;
mod markdown;
mod model;
mod text;
mod which;

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, Result};
use testfiesta_harness::{journal, run_file::RunFile};

pub(crate) use self::json::FIELDS;
use self::{model::Report, text::Room};
use crate::{
    cli::{Format, ReportArguments},
    delivery, exit_code, out,
    say::{count, say},
    workspace,
};

pub(crate) fn run(arguments: &ReportArguments) -> Result<ExitCode> {
    let format = match format(arguments) {
        Ok(format) => format,
        Err(mistake) => {
            say(format_args!("error: {mistake}"));
            return Ok(exit_code::USAGE.into());
        }
    };
    let settings = workspace::settings(None)?;
    delivery::say_obstacles(&journal::attribute_crashes(&settings.directory));
    let run = which::find(&settings.directory, arguments.run.as_deref())?;
    if let Some(damage) = RunFile::of_run_directory(&run.directory).and_then(|file| file.damage()) {
        say(format_args!("testfiesta: {damage}; what only that file knows is not in the report"));
    }
    let report = gather::report(&run, &settings, room(format))?;
    say_what_is_missing(&report);
    let output = file(arguments);
    match output {
        Some(output) => {
            let written = file::put(output, |out| write(format, &report, out));
            written.with_context(|| format!("the report could not be written to {}", output.display()))?;
        }
        None => {
            let mut out = io::BufWriter::new(out::stdout());
            let written = write(format, &report, &mut out).and_then(|()| Ok(out.flush()?));
            written.context("the report could not be written to stdout")?;
        }
    }
    let place = output.map(|output| format!("; see {}", output.display()));
    let (name, key) = (text::in_a_line(report.name()), &report.key);
    say(format_args!(
        "testfiesta: the run “{name}” ({key}): {}{}",
        report.outcomes,
        place.unwrap_or_default()
    ));
    Ok(exit_code::SUCCESS.into())
}

/// The file to write, if it is not stdout.
fn file(arguments: &ReportArguments) -> Option<&Path> {
    arguments.output.as_deref().filter(|output| *output != Path::new("-"))
}

/// As it was asked for, or as the file's name says.
fn format(arguments: &ReportArguments) -> Result<Format, String> {
    let Some(output) = file(arguments).filter(|_| arguments.format.is_none()) else {
        return Ok(arguments.format.unwrap_or(Format::Markdown));
    };
    of_extension(output).ok_or_else(|| {
        let output = output.display();
        format!(
            "--output: {output} does not end in .html, .xml, .md or .json: say what to write with \
             `--format html`, `junit`, `markdown` or `json`"
        )
    })
}

fn of_extension(output: &Path) -> Option<Format> {
    Some(match &*output.extension()?.to_str()?.to_ascii_lowercase() {
        "html" => Format::Html,
        "xml" => Format::Junit,
        "md" => Format::Markdown,
        "json" => Format::Json,
        _ => return None,
    })
}

/// How much of what tests printed such a report holds.
fn room(format: Format) -> Room {
    match format {
        Format::Html => html::ROOM,
        Format::Markdown => markdown::ROOM,
        Format::Junit | Format::Json => Room::WIDE,
    }
}

fn write(format: Format, report: &Report, out: &mut dyn Write) -> Result<()> {
    match format {
        Format::Html => out.write_all(html::page(report).as_bytes())?,
        Format::Junit => junit::report(report).serialize(out)?,
        Format::Markdown => out.write_all(markdown::text(report).as_bytes())?,
        Format::Json => json::write(report, out)?,
    }
    Ok(())
}

/// Says why there may be more to this run than its report holds.
fn say_what_is_missing(report: &Report) {
    for gap in &report.gaps {
        say(format_args!("testfiesta: not all of this run is known: {gap}"));
    }
    let unfinished = report.unfinished().len();
    if unfinished > 0 {
        let tests = count(unfinished, "test");
        say(format_args!("testfiesta: without an outcome, since interrupted or still to end: {tests}"));
    }
    let so_far = match report.living {
        0 => return,
        1 => "1 process of this run is".to_owned(),
        living => format!("{living} processes of this run are"),
    };
    say(format_args!("testfiesta: {so_far} still at work; the report holds what there is so far"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(format: Option<Format>, output: Option<&str>) -> Result<Format, String> {
        super::format(&ReportArguments { run: None, format, output: output.map(Into::into) })
    }

    #[test]
    fn the_format_is_what_was_asked_for_or_what_the_file_is_called_or_markdown() {
        assert_eq!(chosen(None, None), Ok(Format::Markdown));
        assert_eq!(chosen(None, Some("-")), Ok(Format::Markdown));
        assert_eq!(chosen(None, Some("a/report.HTML")), Ok(Format::Html));
        assert_eq!(chosen(None, Some("junit.xml")), Ok(Format::Junit));
        assert_eq!(chosen(Some(Format::Json), Some("report.xml")), Ok(Format::Json));
        assert!(chosen(None, Some("report")).expect_err("a mistake").contains("`--format html`"));
    }
}
