package org.unmute.cli;

import java.util.List;
import java.util.Set;
import org.unmute.models.vit.WarmUp;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * Has the loops of an encoder's forward pass compiled in the background, from the start of the process on, while options are
 * parsed and files are read. Only for commands that encode, on the processor.
 */
final class WarmStart {
    private static final Set<String> ENCODING = Set.of("embed", "tag", "explain", "features", "verify");
    private static final Set<String> PROCESSOR = Set.of("auto", "cpu", "vector");
    private static volatile Thread running;

    private WarmStart() {}

    /** Begins, if the command line looks as if it were of use; what is wrong with the command line is said later. */
    static void begin(String... args) {
        if (!isOfUse(List.of(args))) {
            return;
        }
        Thread thread = Thread.ofPlatform().daemon().name("unmute-warm-up").unstarted(WarmStart::run);
        running = thread;
        thread.start();
    }

    static boolean isOfUse(List<String> args) {
        if (args.isEmpty() || !ENCODING.contains(args.getFirst()) || args.contains("--help") || args.contains("--dry-run")) {
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

    private static void run() {
        try (Backend backend = Backends.open("cpu", 1).backend()) {
            if (backend.name().equals("vector")) {
                WarmUp.run(backend);
            }
        } catch (RuntimeException e) {
            // It only saves time. Whatever is wrong shows where the work is done, with a message that says what was being done.
            System.getLogger("org.unmute").log(System.Logger.Level.DEBUG, "warm-up stopped", e);
        }
    }

    /** Waits for the end of what was begun: the same work in loops that are not compiled yet would take longer than the wait. */
    static void await() {
        Thread thread = running;
        if (thread == null) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
