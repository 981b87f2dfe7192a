# A file is one idea, a function fits on a screen: 400 lines and 70 at most.
# Formatted code closes a function at the depth where its first line began.

function found(line, rule, text) { printf "%s:%d: %s: %s\n", FILENAME, line, rule, text }

FNR == 1 { in_function = 0; statement = "" }
FNR == 401 { found(401, "file-length", "over 400 lines: look for the second idea in it and move it out") }

in_function {
  if ($0 ~ "^ {" indent "}\\}") {
    lines = FNR - in_function + 1
    if (lines > 70)
      found(in_function, "function-length", lines " lines, at most 70: split by purpose")
    in_function = 0
  }
  next
}

# A statement may take several lines until its block opens.
/^ *(#|\/\/|$)/ || /^ *template / || /^ *(public|private|protected):$/ { statement = ""; next }
statement == "" { first = FNR; match($0, /^ */); indent = RLENGTH }
{ statement = statement " " $0 }
/\{$/ && statement ~ /\)/ && indent <= 2 \
  && statement !~ /^ *(namespace|class|struct|enum|union|extern) / && statement !~ /= *\{$/ {
  in_function = first
}
/[;{}]$/ || /;[ \t]*\/\/.*$/ { statement = "" }
