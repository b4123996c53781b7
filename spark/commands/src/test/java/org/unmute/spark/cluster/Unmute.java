package org.unmute.spark.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The command line in a separate JVM. */
public final class Unmute {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final AtomicInteger RUNS = new AtomicInteger();

    private Unmute() {}

    /** Runs a command, which must succeed, and returns its output, including errors. */
    public static String run(Path folder, Object... arguments) throws Exception {
        String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        try (ChildJvm jvm = ChildJvm.start(
                "unmute-" + words[0] + "-" + RUNS.incrementAndGet(),
                folder,
                Map.of(),
                List.of(
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path")),
                "org.unmute.cli.Main",
                List.of(words))) {
            if (jvm.await(PATIENCE) != 0) {
                throw new AssertionError("unmute " + String.join(" ", words) + jvm.shown());
            }
            return jvm.log();
        }
    }
}
