package org.unmute.cli.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.unmute.models.encoder.EncoderWarmUp;

/**
 * How long the phases of a command take until its first result: they say why a process needs seconds for one clip. A
 * phase lasts from the end of the one before it to its own end. Thread-safe.
 */
public final class StartPhases {
    /** The phases, in the order in which they end. */
    public enum Phase {
        /** From the start of the process to {@code main}: the launcher, the JVM and its modules. */
        JAVA("java"),
        /** Options are parsed. */
        OPTIONS("options"),
        /** The encoder's weights are read and packed. */
        ENCODER("encoder"),
        /** Recordings are listed and the output is opened. */
        RECORDINGS("recordings"),
        /** The first recordings are read and pass the front end. */
        SOUND("sound"),
        /** The first forward pass waits for its kernels to be compiled. */
        WARM_UP("warmUp"),
        /** The first forward pass, until the tokens of a clip are written. */
        FIRST_CLIP("firstClip"),
        /** All other clips. */
        OTHER_CLIPS("otherClips");

        private final String key;

        Phase(String key) {
            this.key = key;
        }
    }

    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    /** The kernel's unit for times of processes, which Linux fixes for programs on all machines. */
    private static final double TICKS = 100;
    /** Where {@code /proc/self/stat} has the start of the process, counted behind the name's closing parenthesis. */
    private static final int START_FIELD = 20;

    private static final Map<Phase, Long> ENDS = new EnumMap<>(Phase.class);

    private StartPhases() {}

    /** Called by {@code main} before anything else. */
    public static synchronized void begin() {
        ENDS.put(Phase.JAVA, System.nanoTime());
    }

    /** Notes the end of a phase: only the first call for a phase counts, and none without {@link #begin}. */
    public static synchronized void end(Phase phase) {
        if (!ENDS.isEmpty()) {
            ENDS.putIfAbsent(phase, System.nanoTime());
        }
    }

    /**
     * The seconds of each phase that has ended; empty in a process without {@link #begin}.
     *
     * @param wait of the first forward pass for the end of the warm-up
     */
    public static synchronized Map<String, Double> seconds(Optional<EncoderWarmUp.Wait> wait) {
        if (ENDS.isEmpty()) {
            return Map.of();
        }
        Map<Phase, Long> ends = new EnumMap<>(ENDS);
        wait.ifPresent(w -> {
            ends.put(Phase.SOUND, w.from());
            ends.put(Phase.WARM_UP, w.to());
        });
        double sinceMain = (System.nanoTime() - ends.get(Phase.JAVA)) / NANOS;
        OptionalDouble age = age(Path.of("/proc"));
        return seconds(ends, age.isPresent() ? OptionalDouble.of(age.getAsDouble() - sinceMain) : age);
    }

    static Map<String, Double> seconds(Map<Phase, Long> ends, OptionalDouble java) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        java.ifPresent(s -> seconds.put(Phase.JAVA.key, rounded(s)));
        long before = ends.get(Phase.JAVA);
        for (Map.Entry<Phase, Long> end : new EnumMap<>(ends).entrySet()) {
            if (end.getKey() != Phase.JAVA) {
                seconds.put(end.getKey().key, rounded((end.getValue() - before) / NANOS));
                before = end.getValue();
            }
        }
        return seconds;
    }

    private static double rounded(double seconds) {
        return Math.round(seconds * MILLIS) / MILLIS;
    }

    /**
     * Seconds since the start of this process, to a hundredth; empty on systems without {@code /proc}. (The start that
     * {@link ProcessHandle} tells may be wrong by a second, since the time of boot is known to the second only.)
     */
    static OptionalDouble age(Path proc) {
        try {
            String stat = Files.readString(proc.resolve("self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
            String uptime = Files.readString(proc.resolve("uptime"));
            double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
            return OptionalDouble.of(now - Long.parseLong(fields[START_FIELD - 1]) / TICKS);
        } catch (IOException | RuntimeException e) {
            return OptionalDouble.empty();
        }
    }
}
