package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.fixture.DeclaredKernel;

/** The PTX in the repository matches the sources in the repository. */
class PtxTest {
    private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");

    /** The operation of an instruction: its first word after an optional predicate. */
    private static final Pattern OPERATION =
            Pattern.compile("^\\s*(?:@!?%p\\d+\\s+)?([a-z]\\w*(?:\\.\\w+)*)[^:;\\n]*;", Pattern.MULTILINE);

    private static Stream<DynamicTest> each(java.util.function.Consumer<String> test) {
        return KernelSource.FAMILIES.stream().map(family -> DynamicTest.dynamicTest(family, () -> test.accept(family)));
    }

    @TestFactory
    Stream<DynamicTest> wasBuiltFromTheseSources() {
        return each(family -> assertThat(PtxSource.hashIn(Ptx.text(family)))
                .as(family + ".cl has changed since its PTX was built: run kernels/cuda/build-ptx")
                .isEqualTo(PtxSource.hash(KernelSource.text(family))));
    }

    @TestFactory
    Stream<DynamicTest> hasEveryKernelWithItsParameters() {
        return each(family -> {
            List<String> found = new ArrayList<>();
            Matcher m = ENTRY.matcher(Ptx.text(family));
            while (m.find()) {
                found.add(m.group(1) + " with " + m.group(2).split(",").length);
            }
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(DeclaredKernel.of(family).stream()
                            .map(k -> k.kernel().name() + " with "
                                    + k.parameters().size())
                            .toList());
        });
    }

    /** Old drivers refuse PTX newer than themselves; 6.3 is the first version that supports sm_75. */
    @TestFactory
    Stream<DynamicTest> asksForNoNewerDriverThanItMust() {
        return each(family ->
                assertThat(Ptx.text(family)).contains("\n.version 6.3\n").contains("\n.target sm_75\n"));
    }

    /**
     * Every operation specifies its rounding, since the driver's assembler may otherwise fuse a multiplication and an
     * addition. No operation is approximate except powers of 2, which the compiler's {@code expf} takes of a reduced
     * number that is never subnormal, so that flushing subnormals to zero has no effect there.
     */
    @TestFactory
    Stream<DynamicTest> roundsAsTheTextSays() {
        return each(family -> {
            for (String operation : operations(Ptx.text(family))) {
                assertThat(operation).doesNotMatch("(add|sub|mul|mad|fma|div|sqrt|rcp)(\\.ftz|\\.sat|\\.full)*\\.f32");
                if (!operation.matches("ex2\\.approx(\\.ftz)?\\.f32")) {
                    assertThat(operation).doesNotContain(".approx", ".ftz", ".full");
                }
            }
        });
    }

    /** There is no fused multiply-add unless the text or a function that it calls asks for one. */
    @TestFactory
    Stream<DynamicTest> fusesOnlyWhatTheTextFuses() {
        Pattern asked = Pattern.compile(
                "FMAF|exponential|logarithm|sigmoid|LOGF|LOG1PF|EXPM1F|SINF|COSF|\"(tile|functions)\\.h\"");
        List<String> without = KernelSource.FAMILIES.stream()
                .filter(f -> !asked.matcher(KernelSource.read(f + ".cl")).find())
                .toList();
        assertThat(without).isNotEmpty();
        return without.stream()
                .map(family -> DynamicTest.dynamicTest(
                        family, () -> assertThat(operations(Ptx.text(family))).noneMatch(o -> o.startsWith("fma."))));
    }

    /** Sums whose order depends on the run would not always give the same bits. */
    @TestFactory
    Stream<DynamicTest> hasNoAtomics() {
        return each(family ->
                assertThat(operations(Ptx.text(family))).noneMatch(o -> o.startsWith("atom.") || o.startsWith("red.")));
    }

    private static Set<String> operations(String ptx) {
        Set<String> all = new TreeSet<>();
        Matcher m = OPERATION.matcher(ptx);
        while (m.find()) {
            all.add(m.group(1));
        }
        assertThat(all).contains("ret");
        return all;
    }

    @Test
    void thereIsNoOtherPtx() throws Exception {
        Path folder = Path.of(Ptx.class.getResource("matmul.ptx.gz").toURI()).getParent();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".ptx.gz")))
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(KernelSource.FAMILIES.stream(), PtxSource.files().stream())
                                    .map(f -> f + ".ptx.gz")
                                    .toList());
        }
    }
}
