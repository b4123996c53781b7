package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** Processes that a test has started end with the test's JVM, even if that JVM is killed. */
@FullBuild("starts processes")
class TetherTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern CHILD = Pattern.compile("child (\\d+)");

    @TempDir
    Path folder;

    @Test
    void aChildEndsWhenItsParentIsKilled() throws Exception {
        ChildJvm parent = ChildJvm.start(
                "parent",
                folder,
                Map.of(),
                List.of("-cp", System.getProperty("java.class.path")),
                Parent.class.getName(),
                List.of(folder.toString()));
        try {
            long pid = Long.parseLong(parent.await(CHILD, PATIENCE).group(1));
            ProcessHandle child = ProcessHandle.of(pid).orElseThrow();
            assertThat(child.isAlive()).isTrue();
            parent.kill();
            child.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            parent.close();
        }
    }

    /** Starts an idle JVM, prints its process id, and waits. */
    public static final class Parent {
        private Parent() {}

        /** @param arguments a folder */
        public static void main(String[] arguments) throws Exception {
            ChildJvm child = ChildJvm.start(
                    "child",
                    Path.of(arguments[0]),
                    Map.of(),
                    List.of("-cp", System.getProperty("java.class.path")),
                    Idle.class.getName(),
                    List.of());
            System.out.println("child " + child.pid());
            Idle.main(arguments);
        }
    }

    /** Sleeps for a minute. */
    public static final class Idle {
        private Idle() {}

        /** @param arguments unused */
        public static void main(String[] arguments) throws Exception {
            Thread.sleep(Duration.ofMinutes(1));
        }
    }
}
