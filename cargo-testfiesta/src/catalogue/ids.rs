//! The case ids in `#[testfiesta::case(…)]`, as they are written in a source.

use syn::{Attribute, Expr, ExprLit, Lit, Token, punctuated::Punctuated};

/// The options that give a case an id at one service.
const SERVICES: [&str; 2] = ["testfiesta", "testsigma"];

/// The case ids among the arguments of our attribute.
pub(super) fn ids(attribute: &Attribute) -> Vec<String> {
    let arguments = attribute.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated);
    let id = |argument: Expr| match argument {
        Expr::Lit(ExprLit { lit: Lit::Str(id), .. }) => Some(id.value()),
        Expr::Assign(option) => match (*option.left, *option.right) {
            (Expr::Path(key), Expr::Lit(ExprLit { lit: Lit::Str(id), .. })) => {
                let service = SERVICES.iter().find(|service| key.path.is_ident(service))?;
                Some(format!("{service}={}", id.value()))
            }
            _ => None,
        },
        _ => None,
    };
    // An attribute without arguments has none.
    arguments.map(|arguments| arguments.into_iter().filter_map(id).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn ids_are_told_from_options() {
        let attribute = parse_quote!(#[case("TC-1", "TC-2", crate = tf, timeout = "3s", retries = 2)]);
        assert_eq!(ids(&attribute), ["TC-1", "TC-2"]);
    }

    #[test]
    fn an_id_at_one_service_has_its_name() {
        assert_eq!(ids(&parse_quote!(#[case(testsigma = "WEB-9")])), ["testsigma=WEB-9"]);
    }

    #[test]
    fn an_attribute_without_arguments_has_none() {
        assert!(ids(&parse_quote!(#[case])).is_empty());
    }
}
