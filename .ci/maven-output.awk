# What a contributor needs of Maven's output: warnings, errors with their reasons, and what tests print. check, check-op and their tests use it.
# Maven ends the line of a reason with "-> [Help 1]", or puts that on a line of its own; the hints that follow name no reason.
/Tests run: .*Skipped: [0-9]+$/ {
    gsub(/[^0-9 ]/, "")
    run += $1; skipped += $4
    next
}
/^\[INFO\]|^\[WARNING\] Tests run:|^WARNING: .*(Unsafe|terminally|consider reporting|will be removed|incubator|restricted|native|System::load)/ { next }
/net.jqwik|jqwik's test run/ { next }
# What Maven up to 3.9.9 says, whatever the reason, where it checks what it has downloaded (docs/dependencies.md).
/Artifact\.isSnapshot\(\)/ {
    print "check: a library could not be downloaded; Maven 3.9.10 or newer says which and why"
    next
}
# Maven says of each module, in a frame of asterisks, that a plugin is not marked as safe for several threads.
/^\[WARNING\] \*+$/ { next }
/^\[WARNING\] \* Your build is requesting parallel execution/ { framed = 1 }
framed && /^\[WARNING\]/ {
    if (/Enable debug to see precisely/) framed = 0
    next
}
/^\[WARNING\] ./ && warned[$0]++ { next }
/^\[(ERROR|WARNING)\]/ {
    sub(/ *-> \[Help [0-9]+\] *$/, "")
    if (/^\[(ERROR|WARNING)\] *(\[Help [0-9]+\].*|Re-run Maven .*|To see the full stack trace .*|For more information about .*)?$/) next
    if (/^\[ERROR\] *(After correcting the problems, .*|mvn <args> -rf .*)$/) next
}
{ print; fflush() }
END { if (run) printf "check: %d tests ran, %d were skipped\n", run - skipped, skipped }
