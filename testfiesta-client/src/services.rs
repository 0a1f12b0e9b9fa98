//! What can be set about a service, known also to whoever sends nothing.

/// The name of TestFiesta in settings, destinations and the credentials file.
pub const TESTFIESTA: &str = "testfiesta";

/// The name of Test Management by Testsigma there.
pub const TESTSIGMA: &str = "testsigma";

/// Where the vendor serves the API of TestFiesta.
pub const TESTFIESTA_URL: &str = "https://api.testfiesta.com";

/// Where the vendor serves the API of Test Management by Testsigma.
pub const TESTSIGMA_URL: &str = "https://test-management.testsigma.com/api/v1";

/// What an id in an annotation is to TestFiesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseMatch {
    /// The case's external id; a case that does not exist is created.
    ExternalId,
    /// The number at its end is the case's uid.
    Uid,
}

/// What is done to a run of TestFiesta when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunClose {
    /// It gets a final status, if there is a number for it.
    Status,
    /// It gets a final status, and is archived.
    Archive,
    /// It stays as it is.
    Never,
}

/// The query parameter by which a cursor goes back to Testsigma: nobody documents it, and public clients differ
/// (contract, section 5). Where one leads nowhere the other is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorName {
    /// `cursor=…`
    Cursor,
    /// `next=…`
    Next,
}

/// How results get to Testsigma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Case by case, many in one request.
    Direct,
    /// As a JUnit report. How the service finds the cases of its elements is documented nowhere.
    JUnit,
}
