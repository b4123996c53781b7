package org.unmute.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parses lines as printed by the engine. */
class EngineLogTest {
    private static final TargetProgress BEFORE = new TargetProgress(10, 1000, 400, 500, 7, List.of());

    @Test
    void countsAreAddedToThoseOfFormerProcesses() {
        EngineLog log = new EngineLog(BEFORE);
        assertThat(log.accept("INFO: Loaded 158 hooks from com.code_intelligence.jazzer.runtime.TraceCmpHooks", 0))
                .isFalse();
        assertThat(log.started()).isFalse();
        assertThat(log.accept("#3\tINITED cov: 300 ft: 310 corp: 2/4Kb exec/s: 0 rss: 500Mb", 5_000_000_000L))
                .isTrue();
        assertThat(log.started()).isTrue();
        log.accept("#2048\tpulse  cov: 450 ft: 600 corp: 9/9Kb lim: 4096 exec/s: 1024 rss: 501Mb", 7_500_000_000L);
        assertThat(log.progress()).isEqualTo(new TargetProgress(12.5, 3048, 450, 600, 9, List.of()));
    }

    @Test
    void aFindingIsCountedOnce() {
        EngineLog log = new EngineLog(BEFORE);
        for (String file : List.of("crash-1", "crash-2")) {
            log.accept("== Java Exception: java.lang.IllegalArgumentException: band: from NaN to 3 Hz", 0);
            log.accept("\tat org.unmute.probes.event.Band.<init>(Band.java:14)", 0);
            log.accept("DEDUP_TOKEN: 00ff", 0);
            log.accept("== libFuzzer crashing input ==", 0);
            log.accept("artifact_prefix='/s/findings/'; Test unit written to /s/findings/" + file, 0);
        }
        log.accept("==12== ERROR: libFuzzer: timeout after 25 seconds", 0);
        log.accept("artifact_prefix='/s/findings/'; Test unit written to /s/findings/timeout-3", 0);
        assertThat(log.progress().findings())
                .containsExactly(
                        new TargetProgress.Finding(
                                "00ff", "java.lang.IllegalArgumentException: band: from NaN to 3 Hz", "crash-1"),
                        new TargetProgress.Finding(
                                "libFuzzer: timeout after 25 seconds",
                                "libFuzzer: timeout after 25 seconds",
                                "timeout-3"));
    }

    @Test
    void progressIsReadAsItWasSaved(@TempDir Path folder) throws IOException {
        assertThat(TargetProgress.of(folder)).isEqualTo(TargetProgress.NONE);
        TargetProgress progress = BEFORE.with(new TargetProgress.Finding("ab", "an \"exception\"\n", "crash-1"));
        progress.save(folder);
        assertThat(TargetProgress.of(folder)).isEqualTo(progress);
    }
}
