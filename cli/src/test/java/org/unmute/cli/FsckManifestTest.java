package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.provenance.Json;

/** How {@code fsck} uses the manifests of finished folders. */
class FsckManifestTest {
    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;
    private static Path runs;
    private static Path whole;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = TinyEncoder.recordings(folder, 12, 4);
        runs = Files.createDirectories(folder.resolve("runs"));
        embed(recordings).endsWith(ExitCode.OK);
        train(0).endsWith(ExitCode.OK);
        detect().endsWith(ExitCode.OK);
        whole = folder.resolve("whole");
        copy(runs, whole);
    }

    @BeforeEach
    void restore() throws IOException {
        FolderContent.delete(runs);
        copy(whole, runs);
    }

    private static Ran embed(Path audio) {
        return Ran.unmute("embed", "-q", "--encoder", encoder, "--audio", audio, "--out", runs.resolve("cache"));
    }

    private static Ran train(int seed) {
        Object[] data = {"--cache", runs.resolve("cache"), "--labels", recordings.resolve("manifest.csv")};
        Object[] command = {"probe", "-q", "--probe", "protobin", "--epochs", 2, "--thresholds", "none", "--seeds", seed
        };
        return Ran.unmute(Stream.of(command, data, new Object[] {"--out", runs.resolve("probe")})
                .flatMap(Arrays::stream)
                .toArray());
    }

    private static Ran detect() {
        return Ran.unmute(
                "detect -q --probe {} --audio {} --threshold 0.4 --page --format "
                        + "csv,jsonl,raven,audacity,birdnet,parquet --out {}",
                runs.resolve("probe/probe-seed0.safetensors"),
                recordings,
                runs.resolve("events"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static Ran fsck(Path path, int status) {
        return Ran.unmute("fsck", path).endsWith(status);
    }

    private static void cut(Path file, int bytes) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), bytes));
    }

    @Test
    void aCacheThatWasFinishedIsNotCalledUnfinished() throws IOException {
        Path shard = runs.resolve("cache/shard-00000.tok");
        int size = (int) Files.size(shard);
        for (int bytes : List.of(0, 7, size / 2, size - 1)) {
            cut(shard, bytes);
            assertThat(fsck(runs.resolve("cache"), ExitCode.FAILED).out())
                    .contains("damaged: " + shard, "  run: unmute embed", "0 unfinished");
            Files.copy(whole.resolve("cache/shard-00000.tok"), shard, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.delete(shard);
        assertThat(fsck(runs.resolve("cache"), ExitCode.FAILED).out())
                .contains("damaged: " + shard + ": is missing, though manifest.json names it")
                .contains("which embeds the missing clips");
        embed(recordings).endsWith(ExitCode.OK);
        fsck(runs.resolve("cache"), ExitCode.OK);
    }

    @Test
    void everyTableOfDetectIsCompared() throws IOException {
        Path events = runs.resolve("events");
        for (String name : List.of(("events.html events.jsonl raven-combined.txt BirdNET_CombinedTable.csv skipped.csv "
                        + "raven/test/000000.wav.selections.txt audacity/test/000000.wav.txt "
                        + "birdnet/test/000000.wav.BirdNET.results.csv")
                .split(" "))) {
            Path file = Stream.of(name, name.replace(".wav", ""))
                    .map(events::resolve)
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " is not there"));
            for (int bytes : List.of(0, (int) Files.size(file) - 1, -1)) {
                if (bytes < 0) {
                    Files.delete(file);
                } else {
                    cut(file, bytes);
                }
                assertThat(fsck(events, ExitCode.FAILED).out()).contains("damaged: " + file, "run: unmute detect");
                Files.copy(whole.resolve(runs.relativize(file)), file, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Each file is restored by the command that wrote it, even if another command has run in the folder since. */
    @Test
    void everyFileNamesItsOwnCommand() throws IOException {
        train(1).endsWith(ExitCode.OK);
        Path probe = runs.resolve("probe");
        assertThat(fsck(probe, ExitCode.OK).out()).contains("Nothing is damaged");
        Files.delete(probe.resolve("probe-seed0.safetensors"));
        Files.delete(probe.resolve("probe-seed1.safetensors"));
        assertThat(fsck(probe, ExitCode.FAILED).out())
                .containsPattern("probe-seed0.safetensors: is missing.*\\n  run: unmute probe .*--seeds 0")
                .containsPattern("probe-seed1.safetensors: is missing.*\\n  run: unmute probe .*--seeds 1");
    }

    @Test
    void aManifestThatIsDamagedOrGoneIsDamage() throws IOException {
        Path manifest = runs.resolve("probe").resolve(FolderManifest.FILE);
        byte[] bytes = Files.readAllBytes(manifest);
        Files.delete(manifest);
        assertThat(fsck(runs.resolve("probe"), ExitCode.FAILED).out())
                .contains("damaged: " + manifest + ": is missing, though run.json names it", "  run: unmute probe");
        for (int at = 0; at < bytes.length; at += 97) {
            byte[] other = bytes.clone();
            other[at] ^= 0x10;
            Files.write(manifest, other);
            assertThat(fsck(runs.resolve("probe"), ExitCode.FAILED).out())
                    .contains("damaged: " + manifest, "then run: unmute probe");
        }
    }

    /** Holds even if the record names the manifest, which older versions do not know. */
    @Test
    void foldersOfOtherVersionsAreReadAsBefore() throws IOException {
        Path probe = runs.resolve("probe");
        ObjectNode record = (ObjectNode) Json.read(probe.resolve("run.json"));
        record.remove("manifest");
        Json.write(probe.resolve("run.json"), record);
        assertThat(fsck(probe, ExitCode.OK).out()).contains("left over: " + probe.resolve(FolderManifest.FILE));
        Files.delete(probe.resolve(FolderManifest.FILE));
        assertThat(fsck(probe, ExitCode.OK).out()).contains("Nothing is damaged");
        Files.delete(runs.resolve("cache").resolve(FolderManifest.FILE));
        embed(recordings).endsWith(ExitCode.OK);
        assertThat(Files.readString(runs.resolve("cache").resolve(FolderManifest.FILE)))
                .as("what an earlier version stored is stated, too")
                .contains("shard-00000.tok");
        fsck(runs.resolve("cache"), ExitCode.OK);
    }

    @Test
    void filesOfTheUserAreNoDamageAndACopyIsIntact() throws IOException {
        Path note = Files.writeString(runs.resolve("probe/notes.csv"), "mine");
        train(1).endsWith(ExitCode.OK);
        Files.writeString(note, "changed");
        fsck(runs, ExitCode.OK);
        Path elsewhere = folder.resolve("elsewhere");
        copy(runs, elsewhere);
        fsck(elsewhere, ExitCode.OK);
    }

    /** Added clips follow those of the earlier run, whose damage is still reported. */
    @Test
    void goingOnWithAFolderKeepsWhatWasStated() throws IOException {
        Path more = folder.resolve("more");
        copy(recordings, more);
        Files.copy(more.resolve("test/000000.wav"), more.resolve("test/another.wav"));
        Files.write(more.resolve("test/another.wav"), new byte[] {1, 2}, StandardOpenOption.APPEND);
        embed(more).endsWith(ExitCode.OK);
        fsck(runs.resolve("cache"), ExitCode.OK);
        Path seed0 = runs.resolve("probe/probe-seed0.safetensors");
        byte[] bytes = Files.readAllBytes(seed0);
        bytes[bytes.length / 2] ^= 1;
        Files.write(seed0, bytes);
        train(1).endsWith(ExitCode.OK);
        assertThat(fsck(runs.resolve("probe"), ExitCode.FAILED).out()).contains("damaged: " + seed0);
    }

    /** A command that fails early does not change a folder's manifest; a killed one leaves the folder unfinished. */
    @Test
    void onlyAChangeMakesAFolderUnfinished() throws IOException {
        Path manifest = runs.resolve("probe").resolve(FolderManifest.FILE);
        byte[] before = Files.readAllBytes(manifest);
        Ran.unmute(
                        "eval -q --probe {} --cache {} --labels {}",
                        runs.resolve("probe"),
                        runs.resolve("cache"),
                        folder.resolve("nothing.csv"))
                .endsWith(ExitCode.INPUT);
        assertThat(Files.readAllBytes(manifest)).isEqualTo(before);
        Files.write(
                manifest,
                new FolderManifest(false, FolderManifest.read(manifest).files()).encode());
        assertThat(fsck(runs.resolve("probe"), ExitCode.OK).out())
                .contains("unfinished: " + runs.resolve("probe") + ": a command that changed it was interrupted");
        train(0).endsWith(ExitCode.OK);
        assertThat(fsck(runs.resolve("probe"), ExitCode.OK).out()).contains("Nothing is damaged or unfinished.");
    }

    /** A manifest may be from an untrusted source. */
    @Test
    void aHostileManifestNamesNoFileOutsideAndNoCommandOfItsOwn() throws IOException {
        Path probe = runs.resolve("probe");
        Path manifest = probe.resolve(FolderManifest.FILE);
        String none = "0".repeat(64);
        Files.write(
                manifest,
                new FolderManifest(
                                true,
                                List.of(
                                        new FolderManifest.Entry("a;b", 1, none, List.of("rm", "-rf", "/")),
                                        new FolderManifest.Entry("c", 1, none, List.of("unmute", "x; rm -rf ~"))))
                        .encode());
        assertThat(fsck(probe, ExitCode.FAILED).out())
                .doesNotContain("rm -rf /")
                .contains("run: unmute 'x; rm -rf ~'");
        Files.write(
                manifest,
                new FolderManifest(true, List.of(new FolderManifest.Entry("../cache/run.json", 1, none, List.of())))
                        .encode());
        assertThat(fsck(probe, ExitCode.FAILED).out())
                .contains("damaged: " + manifest + ": is damaged: no file in its folder");
    }

    /** Pages of a Parquet file have checksums, but its schema does not. */
    @Test
    void aFlipInTheSchemaOfEventsIsAnError() throws IOException {
        Path parquet = runs.resolve("events/events.parquet");
        byte[] bytes = Files.readAllBytes(parquet);
        int footer = bytes.length - 8 - (bytes[bytes.length - 8] & 0xff | (bytes[bytes.length - 7] & 0xff) << 8);
        for (int at = footer; at < bytes.length; at += 41) {
            byte[] other = bytes.clone();
            other[at] ^= 0x01;
            Files.write(parquet, other);
            Ran.unmute(
                            "eval -q --detections {} --events {} --audio {}",
                            parquet,
                            runs.resolve("events/events.csv"),
                            recordings)
                    .fails(
                            ExitCode.INPUT,
                            parquet + ": is damaged: its bytes are not those of which manifest.json has the SHA-256");
        }
    }
}
