// The plug-in in docs/command-workers.md, as tests/docs takes it out of the page.
#include "words_plugin.inc"
