package org.unmute.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

class FileKindTest {
    private static final byte[] DICTIONARY = Pickle.two()
            .op("}q")
            .op(0)
            .op('(')
            .text("module")
            .op("q")
            .op(1)
            .call("collections", "OrderedDict")
            .op('u')
            .stop();

    @TempDir
    Path folder;

    static List<Arguments> kinds() {
        return List.of(
                kind(FileKind.TORCH_ZIP, Archive.of(DICTIONARY).build()),
                kind(
                        FileKind.TORCH_ZIP,
                        Archive.of(Pickle.two().sixFloats().stop(), new byte[24])
                                .build()),
                kind(
                        FileKind.TORCH_ZIP,
                        Archive.of(Pickle.two()
                                        .call("collections", "OrderedDict")
                                        .stop())
                                .build()),
                kind(
                        FileKind.TORCH_ZIP,
                        Archive.of(new Pickle()
                                        .op(0x80, 4, 0x95)
                                        .i64(30)
                                        .op(0x8C, 11)
                                        .op("collections")
                                        .op(0x94, 0x8C, 11)
                                        .op("OrderedDict")
                                        .op(0x94, 0x93)
                                        .stop())
                                .build()),
                kind(FileKind.TORCH_LEGACY, Archive.legacy(DICTIONARY)),
                kind(
                        FileKind.PICKLED_MODULE,
                        Archive.of(Pickle.two().global("models.vit", "ViT").stop())
                                .build()),
                kind(
                        FileKind.PICKLED_MODULE,
                        Archive.of(new Pickle()
                                        .op(0x80, 4, 0x95)
                                        .i64(30)
                                        .op(0x8C, 4)
                                        .op("nets")
                                        .op(0x94, 0x8C, 3)
                                        .op("Net")
                                        .op(0x94, 0x93)
                                        .stop())
                                .build()),
                kind(
                        FileKind.PICKLED_MODULE,
                        Archive.legacy(Pickle.two()
                                .op('(')
                                .text("module")
                                .op("q")
                                .op(0)
                                .global("nets", "Net")
                                .op("tQ")
                                .stop())),
                kind(
                        FileKind.TORCHSCRIPT,
                        Archive.of(DICTIONARY)
                                .add("archive/constants.pkl", DICTIONARY)
                                .build()),
                kind(
                        FileKind.TORCHSCRIPT,
                        Archive.of(DICTIONARY)
                                .add("archive/code/__torch__.py", DICTIONARY)
                                .build()),
                kind(FileKind.SAVED_MODEL, "\b\1\u0012\u00f2\u0003\n\u0010"),
                kind(FileKind.TF_CHECKPOINT, "\0\0\2\u0001\0\0W\u00fb\u0080\u008b$uG\u00db"),
                kind(FileKind.HDF5, "\u0089HDF\r\n\u001a\n\0\0"),
                kind(FileKind.KERAS, zip("metadata.json", "config.json", "model.weights.h5")),
                kind(FileKind.ONNX, "\b\u0008\u0012\u0007pytorch"),
                kind(FileKind.ONNX, "\b\u0007:\u00d2\u0001"),
                kind(FileKind.FLAX_MSGPACK, "\u0082\u00a6params\u0081\u00a6kernel"),
                kind(FileKind.FLAX_MSGPACK, "\u00de\u0001\u0002\u00a4bias"),
                kind(FileKind.NPY, "\u0093NUMPY\1\0"),
                kind(FileKind.NPZ, zip("w.npy", "b.npy")),
                kind(FileKind.GIT_LFS, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 361999999\n"),
                kind(FileKind.HTML, "\r\n <!DOCTYPE html><html lang=en>"),
                kind(FileKind.HTML, "\u00ef\u00bb\u00bf<HTML><body>"),
                kind(FileKind.SAFETENSORS_INDEX, "{\"metadata\":{},\"weight_map\":{\"a\":\"model-1.safetensors\"}}"),
                kind(FileKind.JSON, "{\"hidden_size\": 768}"),
                kind(FileKind.TEXT, "The weights are on our server.\n"),
                kind(FileKind.GZIP, "\u001f\u008b\b\0"),
                kind(FileKind.TAR, "sys_info" + "\0".repeat(249) + "ustar\0"),
                kind(FileKind.SEVEN_ZIP, "7z\u00bc\u00af\u0027\u001c\0\4"),
                kind(FileKind.COMPRESSED, "BZh91AY"),
                kind(FileKind.COMPRESSED, "\u0028\u00b5\u002f\u00fd\0"),
                kind(FileKind.ZIP, zip("README.md", "checkpoint.pt")),
                kind(
                        FileKind.TRUNCATED_ZIP,
                        new String(Archive.of(DICTIONARY).build(), StandardCharsets.ISO_8859_1).substring(0, 200)),
                kind(FileKind.PICKLE, DICTIONARY),
                kind(FileKind.EMPTY, ""),
                kind(FileKind.UNKNOWN, "\0\1\2\3\4\5\6\7\b\u0009\u000b\u000c"),
                kind(FileKind.UNKNOWN, "\0"));
    }

    private static Arguments kind(FileKind kind, String latin1) {
        return kind(kind, latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Arguments kind(FileKind kind, byte[] bytes) {
        return Arguments.of(kind, bytes);
    }

    private static byte[] zip(String... names) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write(name.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest(name = "{0} #{index}")
    @MethodSource("kinds")
    void aKindIsTold(FileKind kind, byte[] bytes) throws IOException {
        assertThat(FileKind.of(Files.write(folder.resolve("file"), bytes))).isEqualTo(kind);
    }

    /** Files that are not checkpoints are rejected with their kind and with advice. The cases above cover all kinds. */
    @ParameterizedTest(name = "{0} #{index}")
    @MethodSource("kinds")
    void whatIsNoCheckpointIsRefusedWithAdvice(FileKind kind, byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("weights.pt"), bytes);
        if (!Set.of(FileKind.TORCH_ZIP, FileKind.TORCH_LEGACY, FileKind.PICKLED_MODULE)
                .contains(kind)) {
            assertThatThrownBy(() -> TorchFile.open(path))
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageContaining("not-a-checkpoint")
                    .hasMessageContaining(kind.description())
                    .hasMessageEndingWith(kind.advice());
        }
    }

    @Test
    void eachKindIsTested() {
        Set<FileKind> tested = kinds().stream().map(a -> (FileKind) a.get()[0]).collect(Collectors.toSet());
        assertThat(tested).containsAll(EnumSet.complementOf(EnumSet.of(FileKind.SAFETENSORS)));
        assertThat(FileKind.values()).allSatisfy(kind -> {
            assertThat(kind.description()).isNotBlank().doesNotEndWith(".");
            assertThat(kind.advice()).isNotBlank().doesNotEndWith(".");
        });
    }

    @Test
    void safetensorsAndPartsOfTensorFlowCheckpointsAreTold() throws IOException {
        Path path = folder.resolve("model.pt");
        new SafetensorsWriter().add("w", Shape.of(2), new float[2]).write(path);
        assertThat(FileKind.of(path)).isEqualTo(FileKind.SAFETENSORS);
        assertThatThrownBy(() -> TorchFile.open(path)).hasMessageContaining("a safetensors file");
        Path data = Files.write(folder.resolve("model.ckpt-9.data-00000-of-00001"), new byte[] {0, 1, 2, 3});
        assertThat(FileKind.of(data)).isEqualTo(FileKind.TF_CHECKPOINT);
    }
}
