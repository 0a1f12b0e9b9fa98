//! Runs the cases that stand in the library.

// The line that it takes: a linker leaves out a library that nothing mentions, with every case in it, and says
// nothing. Without this line, the run is green and empty.
use webshop as _;

testfiesta::main!();
