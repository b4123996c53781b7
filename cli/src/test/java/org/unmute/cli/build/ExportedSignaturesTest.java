package org.unmute.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.cli.Checkout;

/**
 * What the modules for embedding export is listed in {@code api}, so that a change is a decision. {@code
 * -Dunmute.api=write} writes the lists.
 */
class ExportedSignaturesTest {
    private static final String REMEDY = """


            If this is meant, add a line to CHANGELOG.md that says what callers have to do, and update the lists:

                mvn -B test -pl cli -am -Dunmute.api=write -Dtest=ExportedSignaturesTest \
            -Dsurefire.failIfNoSpecifiedTests=false

            or, of modules that are compiled, .ci/signatures --write MODULE ...
            """;

    static List<String> modules() throws IOException {
        try (Stream<Path> found = Files.walk(Checkout.root(), 3)) {
            return found.filter(f -> f.endsWith(".embeddable"))
                    .map(f ->
                            Checkout.root().relativize(f.getParent()).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private static Path list(String module) {
        return Checkout.root().resolve(ExportedSignatures.list(module));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void areThoseOfTheList(String module) throws IOException {
        List<String> now = ExportedSignatures.of(Checkout.root().resolve(module).resolve("target/classes"));
        Path list = list(module);
        if (System.getProperty("unmute.api", "").equals("write") && !now.isEmpty()) {
            Files.createDirectories(list.getParent());
            Files.write(list, now);
        }
        List<String> before = Files.exists(list) ? Files.readAllLines(list) : List.of();
        assertThat(ExportedSignatures.differences(before, now))
                .as("what the module %s exports has changed (- is gone, + is new)%s", module, REMEDY)
                .isEmpty();
    }

    /** Which members of classes are listed and which are not. */
    @Test
    void aListNamesWhatCallersSee() throws IOException {
        List<String> lines = Files.readAllLines(list("tensor"));
        assertThat(lines)
                .contains(
                        "public final class org.unmute.tensor.Tensor implements org.unmute.tensor.Elementwise",
                        "    public static org.unmute.tensor.Tensor of(float[],long...)",
                        "    public Map<String, org.unmute.tensor.Tensor> byName()",
                        "public abstract class org.unmute.tensor.optim.MomentOptimizer implements"
                                + " org.unmute.tensor.optim.Optimizer")
                .noneMatch(l -> l.contains("TensorText"))
                .noneMatch(l -> l.contains("sequence()"));
        assertThat(ExportedSignatures.differences(
                        List.of("class A", "    int a()"), List.of("class A", "    long a()", "class B")))
                .containsExactly("- class A: int a()", "+ class A: long a()", "+ class B");
    }
}
