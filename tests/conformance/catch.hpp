#pragma once

// The suite uses what Catch2 2.13 and 3 have in common. A program that has
// included its Catch2 already keeps that one.
#ifndef CATCH_VERSION_MAJOR
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
#endif
