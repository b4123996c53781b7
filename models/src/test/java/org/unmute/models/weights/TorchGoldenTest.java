package org.unmute.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.files.MalformedFileException;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;

/** Compares checkpoints written by torch with the same tensors in safetensors. */
class TorchGoldenTest {
    static List<Path> formats() throws IOException {
        return Golden.cases("torch formats", checkpoints(Golden.require("formats"), 1));
    }

    static List<Path> encoders() throws IOException {
        return Golden.cases("encoder checkpoints", checkpoints(Golden.require("tiny"), 2));
    }

    private static List<Path> checkpoints(Path folder, int depth) throws IOException {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(f -> f.toString().matches(".*\\.(pt|pth|ckpt)"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * A file either gives the values in values.safetensors or is rejected; if index.json says which, it must be that.
     */
    @ParameterizedTest
    @MethodSource("formats")
    void aFileOfTheFolderIsReadRightOrRefused(Path path) throws IOException {
        JsonNode index = new ObjectMapper()
                .readTree(path.resolveSibling("index.json").toFile())
                .path(path.getFileName().toString());
        String expected = index.has("refuse") ? "refuse" : index.path("expect").asText("");
        try (TorchFile file = TorchFile.open(path);
                SafetensorsFile values = SafetensorsFile.open(path.resolveSibling("values.safetensors"))) {
            file.verify();
            assertThat(expected)
                    .as("what index.json expects of a file that is read")
                    .doesNotContain("refuse");
            assertThat(file.names()).isNotEmpty();
            for (String name : file.names()) {
                String plain = name.substring(name.startsWith("model.") ? 6 : 0);
                if (values.has(plain)) {
                    assertSame(name, values.entry(plain), file.entry(name));
                }
            }
            if (index.has("magic")) {
                assertThat(file.container()).isEqualTo("PyTorch, legacy stream");
            }
        } catch (MalformedFileException e) {
            if (!expected.contains("refuse")) {
                fail("refused, which index.json does not expect", e);
            }
        }
    }

    /** The folder in the repository: each of these files holds every value, so the test above compares something. */
    @Test
    void theFormatsHoldAllValues() throws IOException {
        Path folder = Golden.require("formats");
        try (SafetensorsFile values = SafetensorsFile.open(folder.resolve("values.safetensors"))) {
            for (String name : List.of("zip.pt", "zip_protocol4.pt", "legacy.pt")) {
                try (TorchFile file = TorchFile.open(folder.resolve(name))) {
                    assertThat(file.names())
                            .containsAll(values.names().stream()
                                    .map(n -> "model." + n)
                                    .toList())
                            .contains("optimizer.state.0.exp_avg");
                    assertThat(file.metadata())
                            .containsEntry("epoch", "12")
                            .containsEntry("args.lr", "1.0E-4")
                            .containsEntry("args.nested.a.2.1", "null")
                            .containsEntry("args.nested.a.2.2", "true")
                            .containsEntry("optimizer.param_groups.0.params.0", "0")
                            .containsEntry("uni", "é中")
                            .containsEntry("big", "1180591620717411303424")
                            .containsEntry("device", "cpu")
                            .containsEntry("dtype", "torch.float16")
                            .containsEntry("size.1", "2")
                            .containsEntry("nan", "NaN")
                            .containsEntry("np_scalar", "2.5");
                    assertThat(file.opaque()).contains(new TorchFile.Opaque("cplx", "builtins.complex", 0));
                    assertThat(file.shape("model.scalar0d").rank()).isZero();
                    assertThat(file.floats("model.big_endian_check")).hasSize(3);
                    assertThat(file.container())
                            .isEqualTo(name.startsWith("legacy") ? "PyTorch, legacy stream" : "PyTorch, zip");
                }
            }
        }
        try (TorchFile file = TorchFile.open(folder.resolve("omegaconf_dictconfig.pt"))) {
            assertThat(file.names()).containsExactly("model.w");
            assertThat(file.opaque())
                    .containsExactly(new TorchFile.Opaque("cfg", "omegaconf.dictconfig.DictConfig", 0));
        }
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void anEncodersCheckpointHoldsItsStateDict(Path path) throws IOException {
        Path plain = path.resolveSibling("model.safetensors");
        assertThat(FileKind.of(path)).isIn(FileKind.TORCH_ZIP, FileKind.TORCH_LEGACY);
        try (TorchFile file = TorchFile.open(path)) {
            file.verify();
            assertThat(file.names()).isNotEmpty();
            if (!Files.exists(plain)) {
                return;
            }
            try (SafetensorsFile expected = SafetensorsFile.open(plain)) {
                String first = expected.names().getFirst();
                List<String> prefixes = file.names().stream()
                        .filter(n -> n.equals(first) || n.endsWith("." + first))
                        .map(n -> n.substring(0, n.length() - first.length()))
                        .toList();
                assertThat(prefixes)
                        .as("dictionaries with %s", first)
                        .isNotEmpty()
                        .anySatisfy(prefix -> {
                            for (String name : expected.names()) {
                                assertThat(file.has(prefix + name))
                                        .as(prefix + name)
                                        .isTrue();
                                assertSame(prefix + name, expected.entry(name), file.entry(prefix + name));
                            }
                        });
            }
        }
    }

    static void assertSame(String name, StoredTensor expected, StoredTensor actual) {
        assertThat(actual.type()).as(name).isEqualTo(expected.type());
        assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
        assertThat(actual.data().mismatch(expected.data()))
                .as("%s: first byte that differs", name)
                .isEqualTo(-1);
    }
}
