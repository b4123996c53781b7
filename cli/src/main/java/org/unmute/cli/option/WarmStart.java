package org.unmute.cli.option;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderWarmUp;
import org.unmute.options.ConsoleOptions;

/**
 * Warms up the loops of an encoder's forward pass in the background while options are parsed and files are read. Used
 * only by commands that encode on the CPU.
 */
public final class WarmStart {
    private static final Set<String> ENCODING = Set.of("embed", "tag", "detect", "explain", "features", "verify");
    private static final Set<String> PROCESSOR = Set.of("auto", "cpu", "vector");

    /** The warm-up that runs in the background of this process; null if there is none. */
    private static EncoderWarmUp running;

    private WarmStart() {}

    /** Starts a warm-up if the command line is likely to need one. Errors in the command line are reported later. */
    public static void begin(String... args) {
        if (isOfUse(List.of(args))) {
            running = EncoderWarmUp.begin();
        }
    }

    /** Makes the encoder wait for this process's warm-up before the first forward pass. */
    public static OpenEncoder awaitedBy(OpenEncoder loaded) {
        return running == null ? loaded : loaded.after(running);
    }

    /** When the first forward pass waited for the warm-up; empty if none has waited. */
    public static Optional<EncoderWarmUp.Wait> firstWait() {
        return running == null ? Optional.empty() : running.firstWait();
    }

    static boolean isOfUse(List<String> args) {
        if (args.isEmpty()
                || !ENCODING.contains(args.getFirst())
                || args.contains("--help")
                || args.contains(ConsoleOptions.HELP_ALL)
                || args.contains("--dry-run")) {
            return false;
        }
        for (int i = 1; i < args.size(); i++) {
            String[] option = args.get(i).split("=", 2);
            if (option[0].equals("--device") || option[0].equals("--backend")) {
                List<String> value = option.length == 2 ? List.of(option[1]) : args.subList(i + 1, args.size());
                return !value.isEmpty() && PROCESSOR.contains(value.getFirst());
            }
        }
        return true;
    }
}
