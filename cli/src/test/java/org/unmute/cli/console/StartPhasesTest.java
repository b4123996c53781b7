package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.StartPhases.Phase;

class StartPhasesTest {
    private static final long MILLI = 1_000_000;

    @Test
    void aPhaseLastsFromTheEndOfTheOneBeforeIt() {
        Map<Phase, Long> ends =
                Map.of(Phase.JAVA, -5 * MILLI, Phase.OPTIONS, 20 * MILLI, Phase.FIRST_CLIP, 120 * MILLI);
        assertThat(StartPhases.seconds(ends, OptionalDouble.of(0.31)))
                .containsExactly(Map.entry("java", 0.31), Map.entry("options", 0.025), Map.entry("firstClip", 0.1));
        assertThat(StartPhases.seconds(ends, OptionalDouble.empty())).containsOnlyKeys("options", "firstClip");
    }

    @Test
    void theAgeOfAProcessComesFromTheKernelsTicks(@TempDir Path proc) throws IOException {
        Files.createDirectory(proc.resolve("self"));
        // A program's name may contain spaces and parentheses.
        Files.writeString(
                proc.resolve("self/stat"),
                "77 (a ) b) R 1 77 77 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 1250 2 3 4 5 6 7 8\n");
        Files.writeString(proc.resolve("uptime"), "15.25 20.00\n");
        assertThat(StartPhases.age(proc)).hasValue(2.75);
        Files.writeString(proc.resolve("uptime"), "a moment ago\n");
        assertThat(StartPhases.age(proc)).isEmpty();
        assertThat(StartPhases.age(proc.resolve("none"))).isEmpty();
    }
}
