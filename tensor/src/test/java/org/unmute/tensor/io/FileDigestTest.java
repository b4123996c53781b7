package org.unmute.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.MalformedFileException;
import org.unmute.files.Sha256;
import org.unmute.tensor.Shape;

/** Tests the digest in a safetensors file's metadata. */
class FileDigestTest {
    @TempDir
    Path folder;

    /** Other entries come before and after the digest, and one of them contains the text that introduces a digest. */
    private static SafetensorsWriter writer() {
        return new SafetensorsWriter()
                .metadata("classes", "crow\nGröße, \"unmute_digest\":\"sha256:" + "0".repeat(64) + "\"")
                .metadata("zebra", "z")
                .add("w", Shape.of(2, 3), new float[] {1, -2, 3, -4, 5, -6})
                .add("n", Shape.of(3), new int[] {7, 8, 9});
    }

    private static void check(Path file) throws IOException {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            opened.requireDigest();
        }
    }

    /** {@code docs/formats.md} describes how another program can check the digest. */
    @Test
    void isTheSha256OfTheFileWithZerosInItsPlace() throws IOException {
        Path file = folder.resolve("a.safetensors");
        writer().withDigest().write(file);
        String digest;
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.hasDigest()).isTrue();
            opened.requireDigest();
            assertThat(opened.floats("w")).containsExactly(1, -2, 3, -4, 5, -6);
            assertThat(opened.metadata()).containsEntry("zebra", "z").hasSize(3);
            digest = opened.metadata().get("unmute_digest");
        }
        assertThat(digest).matches("sha256:[0-9a-f]{64}");
        String digits = digest.substring("sha256:".length());
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        String blank = text.replace(digits, "0".repeat(64));
        assertThat(Sha256.of(blank.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(digits);
        writer().withDigest().write(folder.resolve("again"));
        assertThat(folder.resolve("again")).hasSameBinaryContentAs(file);
    }

    @Test
    void noticesEveryFlippedBit() throws IOException {
        Path file = folder.resolve("a.safetensors");
        writer().withDigest().write(file);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << bit);
                Files.write(file, damaged);
                assertThatThrownBy(() -> check(file))
                        .as("bit %d of byte %d", bit, at)
                        .isInstanceOf(MalformedFileException.class)
                        .hasMessageContaining(file.toString());
            }
        }
    }

    /** Large tensors are written and hashed in pieces. */
    @Test
    void coversTensorsOfManyPieces() throws IOException {
        float[] large = new float[100_003];
        for (int i = 0; i < large.length; i++) {
            large[i] = i;
        }
        Path file = folder.resolve("large.safetensors");
        new SafetensorsWriter()
                .withDigest()
                .add("a", Shape.of(large.length), large)
                .add("b", StoredType.U8, Shape.of(70_001), () -> MemorySegment.ofArray(new byte[70_001]))
                .write(file);
        check(file);
        byte[] whole = Files.readAllBytes(file);
        for (int at : new int[] {whole.length - 1, whole.length - 70_001, whole.length - 70_002, whole.length / 2}) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            assertThatThrownBy(() -> check(file)).as("byte %d", at).hasMessageContaining("digest-mismatch");
        }
    }

    @Test
    void otherFilesHaveNone() throws IOException {
        Path file = folder.resolve("plain.safetensors");
        writer().write(file);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.hasDigest()).isFalse();
            assertThatThrownBy(opened::requireDigest)
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageContainingAll("digest-missing", "unmute_digest");
        }
        for (String stated :
                new String[] {"0", "md5:" + "0".repeat(67), "sha256:" + "g".repeat(64), "sha256:" + "0".repeat(64)}) {
            writer().metadata("unmute_di_est", stated).write(file);
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            Files.writeString(file, text.replace("unmute_di_est", "unmute_digest"), StandardCharsets.ISO_8859_1);
            assertThatThrownBy(() -> check(file))
                    .as(stated)
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageContaining(
                            stated.endsWith(":" + "0".repeat(64)) ? "digest-mismatch" : "digest-malformed");
        }
    }

    /** Copying the metadata does not copy the digest of other bytes. */
    @Test
    void aCopyHasItsOwn() throws IOException {
        Path file = folder.resolve("a.safetensors");
        writer().withDigest().write(file);
        SafetensorsWriter copy = new SafetensorsWriter().add("w", Shape.of(1), new float[] {1});
        String before;
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            opened.metadata().forEach(copy::metadata);
            before = opened.metadata().get("unmute_digest");
        }
        copy.write(file);
        check(file);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(opened.metadata().get("unmute_digest")).isNotEqualTo(before);
        }
    }

    @Test
    void adviceEndsTheMessage() {
        MalformedFileException e = new MalformedFileException("f", 7, "w", "rule", "what is wrong");
        MalformedFileException advising = e.advising("do this");
        assertThat(advising).hasMessage(e.getMessage() + ": do this").hasCause(e);
        assertThat(advising.file()).isEqualTo("f");
        assertThat(advising.offset()).isEqualTo(7);
        assertThat(advising.tensor()).contains("w");
        assertThat(advising.rule()).isEqualTo("rule");
    }
}
