package org.unmute.cli;

import java.util.List;
import java.util.Set;
import org.unmute.models.vit.WarmUp;

/**
 * Has the loops of an encoder's forward pass compiled in the background, from the start of the process on, while
 * options are parsed and files are read. Only for commands that encode, on the processor.
 */
final class WarmStart {
    private static final Set<String> ENCODING = Set.of("embed", "tag", "explain", "features", "verify");
    private static final Set<String> PROCESSOR = Set.of("auto", "cpu", "vector");

    private WarmStart() {}

    /** Begins, if the command line looks as if it were of use; what is wrong with the command line is said later. */
    static void begin(String... args) {
        if (isOfUse(List.of(args))) {
            WarmUp.begin();
        }
    }

    static boolean isOfUse(List<String> args) {
        if (args.isEmpty()
                || !ENCODING.contains(args.getFirst())
                || args.contains("--help")
                || args.contains("--dry-run")) {
            return false;
        }
        for (int i = 1; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.equals("--device") || arg.equals("--backend")) {
                return i + 1 < args.size() && PROCESSOR.contains(args.get(i + 1));
            }
            if (arg.startsWith("--device=") || arg.startsWith("--backend=")) {
                return PROCESSOR.contains(arg.substring(arg.indexOf('=') + 1));
            }
        }
        return true;
    }
}
