use super::*;

fn load(environment: &[(&str, &str)], file: &str) -> Settings {
    let (values, problems) = file::parse("testfiesta.toml", file);
    let own = environment.iter().filter_map(|(name, value)| sources::own_variable(name, value.as_ref()));
    let variable =
        |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Settings::from_sources(Sources::new(own.collect(), variable, values, problems))
}

fn problems(settings: &Settings) -> String {
    match &settings.service {
        Service::Unusable(problems) => problems.join("\n"),
        other => panic!("no problem was named: {other:?}"),
    }
}

fn project(settings: &Settings) -> &str {
    match &settings.service {
        Service::Ready(services) => match services.as_slice() {
            [ServiceSettings::TestFiesta(service)] => &service.project,
            others => panic!("{others:?}"),
        },
        other => panic!("no service: {other:?}"),
    }
}

const TOKEN: (&str, &str) = ("TESTFIESTA_TOKEN", "testfiesta_secret");

#[test]
fn nothing_configured_means_no_service() {
    assert!(matches!(load(&[], "").service, Service::None));
}

#[test]
fn white_space_around_a_variable_is_no_part_of_it() {
    let settings = load(&[("TESTFIESTA_STRICT", " 1\n"), ("TESTFIESTA_RUN_ID", " 7 ")], "");
    assert_eq!((settings.strict, settings.run.id.as_deref()), (true, Some("7")));
}

#[test]
fn a_file_and_a_token_make_a_service() {
    let settings = load(&[TOKEN], "handle = \"acme\"\nproject = \"SHOP\"\n");
    assert_eq!(project(&settings), "SHOP");
}

#[cfg(feature = "http")]
#[test]
fn a_destination_begins_with_the_name_of_its_service() {
    let environment = [
        TOKEN,
        ("TESTFIESTA_HANDLE", "acme"),
        ("TESTFIESTA_PROJECT", "SHOP"),
        ("TESTSIGMA_TOKEN", "secret"),
        ("TESTFIESTA_PROVIDER", "testfiesta,testsigma"),
    ];
    let providers = crate::reporter::providers(&load(&environment, "")).expect("usable");
    let destinations: Vec<_> = providers.iter().map(|it| it.destination()).collect();
    let named: Vec<_> = destinations.iter().map(|it| crate::journal::service_of(it)).collect();
    assert_eq!(named, [TESTFIESTA, TESTSIGMA]);
}

#[cfg(feature = "http")]
#[test]
fn projects_of_one_key_in_two_organizations_are_two_destinations() {
    let destination = |handle: &str| {
        let environment = [TOKEN, ("TESTFIESTA_HANDLE", handle), ("TESTFIESTA_PROJECT", "PR")];
        crate::reporter::providers(&load(&environment, "")).expect("usable")[0].destination()
    };
    assert_eq!(destination("acme"), format!("testfiesta {TESTFIESTA_URL} acme PR"));
    assert_ne!(destination("acme"), destination("beta"));
}

#[test]
fn the_environment_comes_before_the_file() {
    let environment = [TOKEN, ("TESTFIESTA_PROJECT", "PR")];
    let settings = load(&environment, "handle = \"acme\"\nproject = \"SHOP\"\n");
    assert_eq!(project(&settings), "PR");
}

#[test]
fn a_service_that_is_named_twice_is_one() {
    let environment = [TOKEN, ("TESTFIESTA_PROVIDER", "testfiesta, testfiesta")];
    assert_eq!(project(&load(&environment, "handle = \"acme\"\nproject = \"SHOP\"\n")), "SHOP");
}

#[test]
fn a_list_of_no_service_is_a_mistake() {
    let problems = problems(&load(&[("TESTFIESTA_PROVIDER", ",")], ""));
    assert!(problems.contains("TESTFIESTA_PROVIDER"), "{problems}");
}

#[test]
fn a_service_that_does_not_exist_is_named() {
    let problems = problems(&load(&[("TESTFIESTA_PROVIDER", "testfiesta,testfeast")], ""));
    assert!(problems.contains("TESTFIESTA_PROVIDER") && problems.contains("testfeast"), "{problems}");
}

#[test]
fn a_committed_file_without_a_token_is_no_mistake() {
    assert!(matches!(load(&[], "handle = \"acme\"\nproject = \"SHOP\"\n").service, Service::None));
}

#[test]
fn a_token_without_a_project_is_named() {
    let problems = problems(&load(&[TOKEN, ("TESTFIESTA_HANDLE", "acme")], ""));
    assert!(problems.contains("TESTFIESTA_PROJECT is not set"), "{problems}");
}

#[test]
fn of_two_services_neither_is_used_where_one_alone_has_a_token() {
    let both = ("TESTFIESTA_PROVIDER", "testfiesta,testsigma");
    let testsigma = ("TESTSIGMA_TOKEN", "testsigma_secret");
    for (tokens, missing) in [
        (vec![TOKEN], "TESTSIGMA_TOKEN"),
        (vec![TOKEN, ("TESTSIGMA_TOKEN", "")], "TESTSIGMA_TOKEN"),
        (vec![testsigma], "TESTFIESTA_TOKEN"),
    ] {
        let problems = problems(&load(&[&tokens[..], &[both]].concat(), PLACE));
        assert!(problems.starts_with(&format!("{missing} is not set, though")), "{problems}");
        assert!(!problems.contains('\n'), "{problems}");
    }
    assert!(matches!(load(&[both], PLACE).service, Service::None));
}

// Windows does not tell cases apart.
#[cfg(not(windows))]
#[test]
fn a_variable_with_the_words_of_another_s_name_is_no_setting() {
    let environment = [TOKEN, ("TESTFIESTA_HANDLE", "acme"), ("TESTFIESTA_project", "SHOP")];
    assert!(matches!(load(&environment, "").service, Service::Unusable(_)));
}

#[test]
fn an_empty_variable_counts_as_unset() {
    assert!(matches!(load(&[("TESTFIESTA_TOKEN", "")], "").service, Service::None));
}

#[test]
fn a_bad_value_is_named_with_its_variable() {
    let settings = load(&[("TESTFIESTA_DEADLINE", "soon")], "");
    let problems = problems(&settings);
    assert!(problems.contains("TESTFIESTA_DEADLINE") && problems.contains("`soon`"), "{problems}");
    assert_eq!(settings.deadline, Duration::from_secs(10));
}

#[test]
fn a_switch_may_be_written_in_capitals() {
    let settings =
        load(&[("TESTFIESTA_STRICT", "TRUE"), ("TESTFIESTA_ATTACHMENTS", "Off")], "handle = \"acme\"");
    assert!(matches!(settings.service, Service::None), "{:?}", settings.service);
    assert!(settings.strict && !settings.attachments.on);
}

#[test]
fn strict_is_on_where_it_is_set_to_what_cannot_be_read() {
    for (variable, file) in [
        ("2", ""),
        ("", "strict = \"perhaps\""),
        ("", "strict = 0.5"),
        ("", "strict = TRUE"),
        ("", "strict = true # always\n[statuses"),
        ("", "handle = acme\n \"strict\" = \"1\""),
    ] {
        let settings = load(&[("TESTFIESTA_STRICT", variable)], file);
        problems(&settings);
        assert!(settings.strict, "{variable}{file}");
    }
}

#[test]
fn strict_is_off_where_a_file_that_cannot_be_read_says_so_or_nothing() {
    for file in ["handle = acme", "strict = false\nhandle = acme", "# strict = true\nhandle = acme"] {
        assert!(!load(&[], file).strict, "{file}");
    }
    assert!(!load(&[("TESTFIESTA_STRICT", "0")], "strict = true\nhandle = acme").strict);
}

#[test]
fn a_limit_of_nothing_is_refused_with_what_is_allowed() {
    let settings = load(&[("TESTFIESTA_TIMEOUT", "0s")], "");
    let problems = problems(&settings);
    assert!(problems.contains("TESTFIESTA_TIMEOUT is `0s`: expected more than nothing"), "{problems}");
    assert_eq!(settings.timeout, None);
}

#[test]
fn more_retries_than_an_annotation_may_have_are_refused_with_how_many_may_be() {
    let settings = load(&[], "retries = 101\n");
    let problems = problems(&settings);
    assert!(problems.contains("`101`: expected a number from 0 to 100"), "{problems}");
    assert_eq!((settings.retries, load(&[], "retries = 100\n").retries), (0, 100));
}

#[test]
fn a_bad_value_in_the_file_is_named_with_its_line() {
    let problems = problems(&load(&[], "\nstrict = \"perhaps\"\n"));
    assert!(problems.contains("testfiesta.toml:2") && problems.contains("`perhaps`"), "{problems}");
}

#[test]
fn a_typo_in_the_file_gets_a_suggestion() {
    let problems = problems(&load(&[], "projct = \"SHOP\"\n"));
    assert!(problems.contains("`projct`") && problems.contains("`project`"), "{problems}");
}

#[test]
fn a_token_in_the_file_is_refused_and_not_repeated() {
    let problems = problems(&load(&[], "token = \"testfiesta_secret\"\n"));
    assert!(problems.contains("TESTFIESTA_TOKEN") && !problems.contains("testfiesta_secret"), "{problems}");
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_place() {
    let problems = problems(&load(&[], "project = SHOP\n"));
    assert!(problems.contains("testfiesta.toml:1"), "{problems}");
}

#[test]
fn matching_by_uid_needs_numbers_for_the_outcomes() {
    let problems =
        problems(&load(&[("TESTFIESTA_CASE_MATCH", "uid"), ("TESTFIESTA_STATUSES", "passed=3")], ""));
    assert!(problems.contains("stands for failed, skipped, and `case-match"), "{problems}");
    assert!(problems.contains("get_statuses"), "{problems}");
}

#[test]
fn statuses_may_be_a_table_of_the_file() {
    let settings = load(&[], "[statuses]\npassed = 3\nfailed = 4\n");
    assert_eq!(settings.statuses.get("passed"), Some(3));
    assert_eq!(settings.statuses.get("failed"), Some(4));
}

#[test]
fn a_table_where_a_text_is_wanted_is_named_with_the_right_form() {
    let problems = problems(&load(&[], "\n[handle]\nx = 1\n"));
    assert_eq!(
        problems,
        "testfiesta.toml:2: `handle` cannot be a table: it is a text in quotes, as in `handle = \"…\"`"
    );
}

#[test]
fn a_value_of_another_form_is_named_with_what_it_is() {
    for (file, kind, right) in [
        ("handle = 5", "a number", "`handle = \"…\"`"),
        ("project = [\"SHOP\"]", "a list", "`project = \"…\"`"),
        ("source = true", "`true` or `false`", "`source = \"…\"`"),
        ("retries = [2]", "a list", "`retries = 7`"),
        ("keep-days = true", "`true` or `false`", "`keep-days = 7`"),
        ("strict = 0.5", "a number", "`strict = true`"),
        ("deadline = { s = 10 }", "a table", "`deadline = \"10s\"`"),
        ("run-tags = { smoke = 3 }", "a table", "`run-tags = [\"…\", \"…\"]`"),
        ("run-tags = [[3]]", "a list of anything but texts and numbers", "`run-tags = [\"…\", \"…\"]`"),
        ("statuses = 3", "a number", "`statuses = { passed = …, failed = … }`"),
        ("[statuses.passed]\nid = 3", "a table of anything but texts", "`statuses = { passed"),
    ] {
        let problems = problems(&load(&[], file));
        let begin = format!(
            "testfiesta.toml:1: `{}` cannot be {kind}",
            file.trim_start_matches('[').split(['.', ' ']).next().unwrap_or_default()
        );
        assert!(problems.starts_with(&begin) && problems.contains(right), "{file}: {problems}");
    }
}

#[test]
fn numbers_and_switches_of_the_file_need_no_quotes() {
    let settings = load(
        &[],
        "strict = true\nattachments = 0\nretries = 2\nkeep-days = 1\nrun-id = 7\nrun-milestone = 8\ndeadline = 0\n",
    );
    assert!(matches!(settings.service, Service::None), "{:?}", settings.service);
    assert!(settings.strict && !settings.attachments.on);
    assert_eq!((settings.retries, settings.keep), (2, Duration::from_secs(24 * 60 * 60)));
    assert_eq!((settings.run.id.as_deref(), settings.run.milestone), (Some("7"), Some(8)));
    assert_eq!(settings.deadline, Duration::ZERO);
}

#[test]
fn a_path_of_the_file_is_relative_to_the_file() {
    let place = env::temp_dir().join("shop");
    let file = place.join("testfiesta.toml").display().to_string();
    let elsewhere = env::temp_dir().display().to_string();
    for (path, meant) in [("store", place.join("store")), (&elsewhere, env::temp_dir())] {
        let (values, _) = file::parse(&file, &format!("dir = '{path}'\nsummary = '{path}'\n"));
        let settings = Settings::from_sources(Sources::new(Vec::new(), |_| None, values, Vec::new()));
        assert_eq!((settings.directory, settings.summary), (meant.clone(), Some(meant)));
    }
}

#[test]
fn a_path_of_the_environment_is_not_relative_to_the_package() {
    // As cargo leaves it to a test: in the package's directory, which is not where the shell was.
    let shell = env::var_os("PWD").map_or_else(|| env::current_dir().expect("a directory"), PathBuf::from);
    let settings = load(&[("TESTFIESTA_DIR", "store"), ("TESTFIESTA_SUMMARY", "sum.json")], "");
    assert_eq!(settings.directory, shell.join("store"));
    assert_eq!(settings.summary, Some(shell.join("sum.json")));
}

#[test]
fn a_path_that_no_worker_could_be_told_is_refused() {
    let unset = load(&[], "").directory;
    for settings in [load(&[("TESTFIESTA_DIR", "a\nb")], ""), load(&[], "dir = \"a\\nb\"\n")] {
        let told = problems(&settings);
        assert!(told.contains("holds a line break: set it to a path without one"), "{told}");
        assert_eq!(settings.directory, unset);
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_refused_and_not_read_as_something_near_it() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let own = sources::own_variable("TESTFIESTA_DIR", OsStr::from_bytes(b"/odd\xffdir"));
    let sources = Sources::new(Vec::from_iter(own), |_| None, sources::FileValues::new(), Vec::new());
    assert_eq!(sources.text("dir"), None);
    let told = problems(&Settings::from_sources(sources));
    assert_eq!(told, "TESTFIESTA_DIR holds bytes that are not UTF-8: set it to a text without them");
}

#[test]
fn lists_of_the_file_hold_numbers_or_texts() {
    let settings = load(&[], "run-tags = [3, 5]\nrun-configurations = [\"os:linux\", \"browser:firefox\"]\n");
    assert_eq!(settings.run.tags, [3, 5]);
    assert_eq!(settings.run.configurations, ["os:linux", "browser:firefox"]);
}

#[test]
fn a_rate_of_the_file_may_have_a_fraction() {
    let token = ("TESTSIGMA_TOKEN", "testsigma_secret");
    let settings = load(&[token], "provider = [\"testsigma\"]\ntestsigma-rate = 0.5\n");
    let Service::Ready(services) = &settings.service else { panic!("{:?}", settings.service) };
    assert!(matches!(&services[..], [ServiceSettings::Testsigma(service)] if service.rate == 0.5));
}

#[test]
fn the_token_of_a_half_made_configuration_is_known() {
    let settings = load(&[TOKEN], "");
    assert_eq!(settings.tokens(), [Secret::new("testfiesta_secret")]);
}

#[test]
fn debug_output_does_not_hold_the_token() {
    let settings = load(&[TOKEN], "handle = \"acme\"\nproject = \"SHOP\"\n");
    assert!(!format!("{settings:?}").contains("testfiesta_secret"));
}

/// A directory of configuration in which a token of the default address is stored.
fn logged_in() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let path = credentials::path(|_| directory.path().to_str().map(str::to_owned)).expect("a path");
    let mut credentials = Credentials::read(&path).expect("nothing yet");
    credentials.insert(TESTFIESTA, TESTFIESTA_URL, &Secret::new("testfiesta_stored"));
    credentials.save().expect("written");
    directory
}

/// The settings of somebody who logged in.
fn load_logged_in(environment: &[(&str, &str)], file: &str) -> Settings {
    let directory = logged_in();
    let place = directory.path().to_str().expect("a text");
    let home = [("XDG_CONFIG_HOME", place), ("APPDATA", place)];
    load(&[&home, environment].concat(), file)
}

fn token_of(settings: &Settings) -> &str {
    match &settings.service {
        Service::Ready(services) => match &services[..] {
            [ServiceSettings::TestFiesta(service)] => service.token.expose(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

const PLACE: &str = "handle = \"acme\"\nproject = \"SHOP\"\n";

#[test]
fn a_stored_token_is_used() {
    assert_eq!(token_of(&load_logged_in(&[], PLACE)), "testfiesta_stored");
}

#[test]
fn the_environment_s_token_comes_before_the_stored_one() {
    assert_eq!(token_of(&load_logged_in(&[TOKEN], PLACE)), "testfiesta_secret");
}

#[test]
fn a_stored_token_of_another_address_is_not_used() {
    let settings = load_logged_in(&[("TESTFIESTA_URL", "https://tests.example.com")], PLACE);
    assert!(matches!(settings.service, Service::None));
}

#[test]
fn a_stored_token_alone_turns_nothing_on() {
    assert!(matches!(load_logged_in(&[], "").service, Service::None));
}

#[test]
fn a_stored_token_without_a_project_is_named() {
    let problems = problems(&load_logged_in(&[], "handle = \"acme\"\n"));
    assert!(problems.contains("TESTFIESTA_PROJECT is not set"), "{problems}");
}

#[test]
fn a_default_that_is_set_changes_nothing() {
    let defaults: Vec<(String, &str)> =
        SETTINGS.iter().filter_map(|setting| Some((setting.variable(), setting.default?))).collect();
    let defaults: Vec<(&str, &str)> = defaults.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let both =
        [TOKEN, ("TESTSIGMA_TOKEN", "testsigma_secret"), ("TESTFIESTA_PROVIDER", "testfiesta,testsigma")];
    for (configured, services) in [(&both[..1], 1), (&both, 2)] {
        // What is set twice is what it is first.
        let [set, unset] = [&[configured, &defaults].concat(), configured].map(|it| load(it, PLACE));
        assert!(matches!(&set.service, Service::Ready(ready) if ready.len() == services), "{set:?}");
        assert_eq!(format!("{set:?}"), format!("{unset:?}"));
    }
}
