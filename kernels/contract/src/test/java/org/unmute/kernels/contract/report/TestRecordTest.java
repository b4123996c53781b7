package org.unmute.kernels.contract.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.unmute.kernels.contract.OpFilter;

/** Tests the record of nested test classes that run at the same time. */
class TestRecordTest {
    private static final String RUNS = "unmute.test.record.sample";

    /** Outcomes of every kind. This class is not run as a part of the build itself. */
    @EnabledIfSystemProperty(named = RUNS, matches = "true", disabledReason = "a sample for TestRecordTest")
    @Execution(ExecutionMode.CONCURRENT)
    static class Sample {
        @Nested
        class One {
            @TestFactory
            Stream<DynamicTest> many() {
                return Stream.of("a", "b", "c").map(n -> DynamicTest.dynamicTest(n, () -> Thread.sleep(5)));
            }

            @Test
            void aborts() {
                Assumptions.abort("no such\n device: \"x\" < y");
            }
        }

        @Nested
        class Two {
            @Test
            void fails() {
                throw new AssertionError("as it should");
            }

            @TestFactory
            Stream<DynamicTest> many() {
                return Stream.of("a", "b").map(n -> DynamicTest.dynamicTest(n, () -> {}));
            }
        }

        @Nested
        @EnabledIfSystemProperty(named = "no.such.property", matches = "x", disabledReason = "needs a thing")
        class Three {
            @Test
            void never() {}
        }
    }

    private static List<String> record(Path folder) throws IOException {
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Sample.class))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .build();
        String before = System.setProperty(RUNS, "true");
        try {
            LauncherFactory.create().execute(request, new TestRecord(folder.toString()));
        } finally {
            if (before == null) {
                System.clearProperty(RUNS);
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            assertThat(all.getFirst().toString()).endsWith(".tsv");
            return Files.readAllLines(all.getFirst());
        }
    }

    @Test
    void everyTestHasItsLine(@TempDir Path folder) throws IOException {
        List<String> lines = record(folder);
        assertThat(lines)
                .allMatch(l -> l.split("\t", -1).length == 4 && l.split("\t")[1].equals("TestRecordTest$Sample"));
        assertThat(lines.stream().map(l -> l.split("\t")[0]).sorted())
                .containsExactly("failed", "ran", "ran", "ran", "ran", "ran", "skipped", "skipped");
        assertThat(lines.stream().map(l -> l.split("\t")[2]).distinct()).hasSize(8);
        assertThat(lines)
                .anyMatch(l -> l.endsWith("\tno such device: \"x\" < y"))
                .anyMatch(l -> l.endsWith("needs a thing"));
    }

    @Test
    void testsOfOtherOpsAreNotInIt() {
        assertThat(OpFilter.isOfAnotherOp("not a test of softplus")).isTrue();
        assertThat(OpFilter.isOfAnotherOp("needs an OpenCL device")).isFalse();
    }
}
