package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.device.KernelSource;

/** The PTX that is checked in belongs to the sources that are. */
class PtxTest {
    private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");

    private static Stream<DynamicTest> each(java.util.function.Consumer<String> test) {
        return KernelSource.FAMILIES.stream().map(family -> DynamicTest.dynamicTest(family, () -> test.accept(family)));
    }

    @TestFactory
    Stream<DynamicTest> wasBuiltFromTheseSources() {
        return each(family -> assertThat(Ptx.sourceHash(Ptx.text(family)))
                .as(family + ".cl has changed since its PTX was built: run kernels/cuda/build-ptx").isEqualTo(KernelSource.hash(family)));
    }

    @TestFactory
    Stream<DynamicTest> hasEveryKernelWithItsParameters() {
        return each(family -> {
            List<String> found = new ArrayList<>();
            Matcher m = ENTRY.matcher(Ptx.text(family));
            while (m.find()) {
                found.add(m.group(1) + " with " + m.group(2).split(",").length);
            }
            assertThat(found).containsExactlyInAnyOrderElementsOf(KernelSource.kernels(family).stream()
                    .map(k -> k.kernel().name() + " with " + k.parameters().size()).toList());
        });
    }

    /** Old drivers refuse PTX newer than themselves; 6.3 is the first version that knows sm_75. */
    @TestFactory
    Stream<DynamicTest> asksForNoNewerDriverThanItMust() {
        return each(family -> assertThat(Ptx.text(family)).contains("\n.version 6.3\n").contains("\n.target sm_75\n"));
    }

    /** No fused multiplication and addition beyond those that the text asks for, and no approximations of division and root. */
    @TestFactory
    Stream<DynamicTest> roundsAsTheTextSays() {
        return each(family -> {
            String ptx = Ptx.text(family);
            assertThat(ptx).doesNotContain("div.full").doesNotContain("sqrt.approx").doesNotContain(".ftz").doesNotContain("atom.")
                    .doesNotContain("red.");
            if (!KernelSource.text(family).replaceAll("#define FMAF.*", "").contains("FMAF(") && !ptx.contains("ex2.approx")
                    && !ptx.contains("div.rn")) {
                assertThat(ptx).doesNotContain("fma.rn.f32");
            }
        });
    }

    @Test
    void thereIsNoOtherPtx() throws Exception {
        Path folder = Path.of(Ptx.class.getResource("matmul.ptx").toURI()).getParent();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".ptx")))
                    .containsExactlyInAnyOrderElementsOf(KernelSource.FAMILIES.stream().map(f -> f + ".ptx").toList());
        }
    }
}
