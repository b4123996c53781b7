package org.unmute.data.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.json.JsonLines;
import org.unmute.files.AtomicFile;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.Sha256;
import org.unmute.files.WrittenFiles;

/** Manifests after the various ways of writing files. */
class OutputFolderTest {
    private static final List<String> COMMAND = List.of("unmute", "probe", "--out", "run");
    private static final List<String> OTHER = List.of("unmute", "eval", "--run", "run");

    @TempDir
    Path folder;

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private FolderManifest manifest() throws IOException {
        return FolderManifest.find(folder).orElseThrow();
    }

    private List<String> names() throws IOException {
        return manifest().files().stream().map(FolderManifest.Entry::path).toList();
    }

    @Test
    void statesWhatWasWrittenInWhateverOrder() throws IOException {
        try (OutputFolder out = OutputFolder.claim(folder, COMMAND)) {
            write(folder.resolve("a.csv"), "first");
            write(folder.resolve("a.csv"), "second");
            AtomicFile.write(folder.resolve("b"), file -> {
                file.write(ByteBuffer.wrap(new byte[100]));
                file.write(ByteBuffer.wrap(new byte[] {7}), 3); // like a digest in a header
            });
            try (JsonLines lines = JsonLines.append(folder.resolve("sub/c.jsonl"), false)) {
                lines.add(Map.of("x", 1));
                lines.add(Map.of("x", 2));
            }
            write(folder.resolve("gone"), "deleted again");
            Files.delete(folder.resolve("gone"));
            Files.writeString(folder.resolve("of-the-user.txt"), "mine");
            new RunRecord(COMMAND).write(folder);
            out.finish();
        }
        assertThat(names()).containsExactly("a.csv", "b", "run.json", "sub/c.jsonl");
        for (FolderManifest.Entry entry : manifest().files()) {
            assertThat(entry.problem(folder.resolve(entry.path())))
                    .as(entry.path())
                    .isEmpty();
            assertThat(entry.command()).isEqualTo(COMMAND);
        }
        assertThat(Json.read(folder.resolve("run.json")).path("manifest").asText())
                .isEqualTo("manifest.json");
    }

    @Test
    void isUnfinishedFromTheFirstChangeOn() throws IOException {
        try (OutputFolder out = OutputFolder.claim(folder, COMMAND)) {
            write(folder.resolve("a"), "1");
            out.finish();
        }
        byte[] before = Files.readAllBytes(folder.resolve(FolderManifest.FILE));
        OutputFolder.claimShared(folder, OTHER).close();
        assertThat(Files.readAllBytes(folder.resolve(FolderManifest.FILE))).isEqualTo(before);
        try (OutputFolder _ = OutputFolder.claimShared(folder, OTHER)) {
            write(folder.resolve("b"), "2");
        }
        assertThat(manifest().finished()).isFalse();
        assertThat(FolderManifest.isUnfinished(folder)).isTrue();
        assertThat(names()).as("what was stated before").containsExactly("a");
        try (OutputFolder out = OutputFolder.claimShared(folder, OTHER)) {
            out.finish(name -> name.equals("b"));
        }
        assertThat(manifest().finished()).isTrue();
        assertThat(manifest().files())
                .extracting(FolderManifest.Entry::path, FolderManifest.Entry::command)
                .containsExactly(tuple("a", COMMAND), tuple("b", OTHER));
    }

    /** Files of an earlier run are not read again, so that their damage is still found. */
    @Test
    void damageOfAnEarlierRunStaysDamage() throws IOException {
        try (OutputFolder out = OutputFolder.claim(folder, COMMAND)) {
            write(folder.resolve("a"), "1");
            out.finish();
        }
        Files.writeString(folder.resolve("a"), "changed");
        try (OutputFolder out = OutputFolder.claimShared(folder, OTHER)) {
            write(folder.resolve("b"), "2");
            out.finish(_ -> true);
        }
        assertThat(manifest().files().getFirst().problem(folder.resolve("a"))).isPresent();
    }

    @Test
    void foldersWithManifestsOfTheirOwnAreLeftOut() throws IOException {
        Path inner = Files.createDirectories(folder.resolve("inner"));
        try (OutputFolder out = OutputFolder.claim(folder, COMMAND)) {
            write(folder.resolve("a"), "1");
            try (OutputFolder in = OutputFolder.claim(inner, OTHER)) {
                write(inner.resolve("b"), "2");
                in.finish();
            }
            out.finish(_ -> true);
        }
        assertThat(names()).containsExactly("a");
        assertThat(FolderManifest.read(inner.resolve(FolderManifest.FILE)).files())
                .extracting(FolderManifest.Entry::path)
                .containsExactly("b");
    }

    @Test
    void whatLiesBehindALinkIsNotStated() throws IOException {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Path out = Files.createDirectories(folder.resolve("out"));
        Files.createSymbolicLink(out.resolve("link"), elsewhere);
        try (OutputFolder output = OutputFolder.claim(out, COMMAND)) {
            write(out.resolve("a"), "1");
            AtomicFile.write(out.resolve("link/b"), new byte[] {1});
            output.finish(_ -> true);
        }
        assertThat(FolderManifest.read(out.resolve(FolderManifest.FILE)).files())
                .extracting(FolderManifest.Entry::path)
                .containsExactly("a");
    }

    @Test
    void aSingleFileHasItsManifestBesideIt() throws IOException {
        Path file = folder.resolve("x.safetensors");
        try (OutputFolder out = OutputFolder.claimFile(file, COMMAND, false)) {
            write(file, "weights");
            write(folder.resolve("y.csv"), "of somebody else");
            new RunRecord(COMMAND).writeTo(folder.resolve("x.safetensors.run.json"));
            out.finish();
        }
        assertThat(FolderManifest.read(FolderManifest.beside(file)).files())
                .extracting(FolderManifest.Entry::path)
                .containsExactly("x.safetensors", "x.safetensors.run.json");
        assertThat(Json.read(folder.resolve("x.safetensors.run.json"))
                        .path("manifest")
                        .asText())
                .isEqualTo("x.safetensors.manifest.json");
        assertThat(folder.resolve(FolderManifest.FILE)).doesNotExist();
    }

    @Test
    void twoInOneProcessAreRefused() throws IOException {
        try (OutputFolder _ = OutputFolder.of(folder, COMMAND)) {
            assertThatThrownBy(() -> OutputFolder.of(folder, OTHER))
                    .isInstanceOf(FolderLock.HeldException.class)
                    .hasMessageContaining("this process is writing to");
        }
        OutputFolder.of(folder, OTHER).close();
    }

    /** A program that uses the library does not know about manifests. */
    @Test
    void aChangeThatNobodyNotesMakesAFolderUnfinished() throws IOException {
        try (OutputFolder out = OutputFolder.claim(folder, COMMAND)) {
            write(folder.resolve("a"), "1");
            out.finish();
        }
        WrittenFiles.changed(folder.resolve("a"));
        assertThat(FolderManifest.isUnfinished(folder)).isTrue();
    }

    /** Later versions must read files of this version. */
    @Test
    void theFormatIsVersion1() throws IOException {
        String said = "{\"format\":\"unmute-folder-1\",\"finished\":true,"
                + "\"commands\":[[\"unmute\",\"probe\",\"--out\",\"run\"]],\n\"files\":[\n"
                + "{\"path\":\"a.csv\",\"bytes\":3,"
                + "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"command\":0},\n"
                + "{\"path\":\"b/c\",\"bytes\":0,"
                + "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]";
        String text = said + ",\n\"sha256\":\"" + Sha256.of(said) + "\"}\n";
        FolderManifest manifest = new FolderManifest(
                true,
                List.of(
                        new FolderManifest.Entry("a.csv", 3, Sha256.of("abc"), COMMAND),
                        new FolderManifest.Entry("b/c", 0, Sha256.of(""), List.of())));
        assertThat(new String(manifest.encode(), StandardCharsets.UTF_8)).isEqualTo(text);
        Path file = Files.writeString(folder.resolve(FolderManifest.FILE), text);
        assertThat(FolderManifest.read(file)).isEqualTo(manifest);
        String later = said.replace("unmute-folder-1", "unmute-folder-2");
        Files.writeString(file, later + ",\n\"sha256\":\"" + Sha256.of(later) + "\"}\n");
        assertThatThrownBy(() -> FolderManifest.read(file)).hasMessageContaining("another version of unmute");
    }

    @Test
    void everyFlippedBitOfAManifestIsFound() throws IOException {
        Path file = folder.resolve(FolderManifest.FILE);
        byte[] bytes = new FolderManifest(
                        true, List.of(new FolderManifest.Entry("ä \"b\"/c", 3, Sha256.of("abc"), COMMAND)))
                .encode();
        Files.write(file, bytes);
        assertThat(FolderManifest.read(file).files().getFirst().path()).isEqualTo("ä \"b\"/c");
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] other = bytes.clone();
            other[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, other);
            assertThatThrownBy(() -> FolderManifest.read(file))
                    .as("bit %d", bit)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(file + ": is damaged");
        }
    }
}
