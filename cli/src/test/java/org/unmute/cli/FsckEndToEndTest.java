package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.FolderManifest;

/** {@code unmute fsck}: its findings in folders of every kind, and the repairs by the commands that it suggests. */
class FsckEndToEndTest {
    @TempDir
    static Path folder;

    /** Output of the commands, with an untouched copy. */
    private static Path runs;

    private static Path whole;

    @BeforeAll
    static void prepare() throws IOException {
        Path encoder = TinyEncoder.write(folder, 16);
        Path recordings = TinyEncoder.recordings(folder, 12, 4);
        runs = Files.createDirectories(folder.resolve("runs"));
        run("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", runs.resolve("cache"));
        run(Ran.line(
                "probe -q --probe protobin --epochs 2 --thresholds none --cache {} --labels {} --out {}",
                runs.resolve("cache"),
                recordings.resolve("manifest.csv"),
                runs.resolve("probe")));
        run("pack", "-q", "--probe", runs.resolve("probe"), "--out", runs.resolve("packed/probe.safetensors"));
        run(Ran.line(
                "detect -q --probe {} --audio {} --threshold 0.4 --format csv,jsonl,audacity,parquet --out {}",
                runs.resolve("probe"),
                recordings,
                runs.resolve("events")));
        BenchmarkFixture.scenes(folder, "many", false, 20, 8);
        BenchmarkFixture.scenes(folder, "one", true, 10, 5);
        Path grid = BenchmarkFixture.grid(
                folder,
                "grid.toml",
                encoder,
                "epochs = 2\nbatch = 16\nsobol = 2\ntpe = 0\ntop = 1\nseeds = [0, 1]",
                "name = \"linear-mean\"");
        run("benchmark", "-q", grid, "--only", "tiny", "--out", runs.resolve("benchmark"));
        whole = folder.resolve("whole");
        copy(runs, whole);
    }

    @BeforeEach
    void restore() throws IOException {
        FolderContent.delete(runs);
        copy(whole, runs);
    }

    private static void run(Object... line) {
        Ran.ok(line);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static JsonNode fsck(Path path, int status) {
        return Ran.unmute("fsck", "--json", path).endsWith(status).json();
    }

    private static List<JsonNode> findings(Path path, int status) {
        List<JsonNode> all = new ArrayList<>();
        fsck(path, status).path("findings").forEach(all::add);
        return all;
    }

    private static Path path(JsonNode finding) {
        return Path.of(finding.path("path").asText());
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 0x04;
        Files.write(file, bytes);
    }

    /** The files below a folder whose names have a given ending. */
    private static List<Path> files(Path below, String end) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(f -> f.toString().endsWith(end)).sorted().toList();
        }
    }

    private static Path file(String end) throws IOException {
        List<Path> found = files(runs, end);
        assertThat(found).as(end).isNotEmpty();
        return found.getFirst();
    }

    /** Follows a finding: deletes the files that it names, and runs its command. */
    private static void follow(JsonNode finding) throws IOException {
        String remedy = finding.path("remedy").asText();
        if (remedy.startsWith("delete ")) {
            FolderContent.delete(Path.of(remedy.replaceAll("delete (?:the folder )?(.+?), then .*", "$1")));
        }
        String command = remedy.replaceAll(".*run: unmute (.+?)(, which .*)?$", "$1");
        run((Object[]) command.replace("'", "").split(" "));
    }

    @Test
    void whatCommandsWroteIsIntact() {
        Ran ran = Ran.ok("fsck", runs);
        assertThat(ran.out())
                .containsPattern("runs/cache +token cache +16 clips, .* KiB +intact")
                .containsPattern("runs/probe +run of probe +\\d files +intact")
                .containsPattern("runs/packed +files +2 files +intact")
                .containsPattern("runs/events +events of detect +16 recordings, \\d+ events? +intact")
                .containsPattern("runs/benchmark +benchmark +2 of 4 cells finished +intact")
                .containsPattern("runs/benchmark/cache/tiny/many +token cache +28 clips, .* KiB +intact")
                .contains("Nothing is damaged or unfinished.");
        assertThat(Ran.ok("fsck", runs.resolve("probe")).out()).contains("Nothing is damaged or unfinished.");
        assertThat(Ran.ok("fsck", runs.resolve("packed/probe.safetensors")).out())
                .contains("intact");
    }

    @Test
    void nothingIsChanged() throws IOException {
        TreeMap<String, String> before = stamps();
        flip(file("shard-00000.tok"), 400);
        TreeMap<String, String> damaged = stamps();
        fsck(runs, ExitCode.FAILED);
        assertThat(stamps()).isEqualTo(damaged).isNotEqualTo(before);
    }

    private static TreeMap<String, String> stamps() throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(runs)) {
            for (Path file : files.toList()) {
                all.put(
                        file.toString(),
                        Files.getLastModifiedTime(file)
                                + (Files.isDirectory(file) ? "" : " " + Arrays.hashCode(Files.readAllBytes(file))));
            }
        }
        return all;
    }

    @Test
    void aFlippedBitIsFoundWhereverItIs() throws IOException {
        List<Path> checked = new ArrayList<>();
        for (String end : List.of(".tok", ".safetensors", "events.log")) {
            checked.addAll(files(runs, end));
        }
        assertThat(checked).hasSizeGreaterThan(8);
        for (Path file : checked) {
            byte[] bytes = Files.readAllBytes(file);
            for (int i = 0; i < 9; i++) {
                flip(file, i * (bytes.length - 1L) / 8);
                List<JsonNode> found = findings(
                        file.toString().endsWith(".log") ? file.getParent().getParent() : file.getParent(),
                        ExitCode.FAILED);
                assertThat(found).as("%s, place %d", file, i).anyMatch(f -> path(f).equals(file));
                Files.write(file, bytes);
            }
        }
    }

    /** Without the word by which it names its manifest, a record looks like one of another version. */
    @Test
    void aRecordThatNoLongerNamesItsManifestIsDamaged() throws IOException {
        Path record = runs.resolve("cache/run.json");
        byte[] bytes = Files.readAllBytes(record);
        flip(record, Files.readString(record, StandardCharsets.ISO_8859_1).lastIndexOf("\"manifest\"") + 1L);
        assertThat(findings(record.getParent(), ExitCode.FAILED))
                .anyMatch(f -> path(f).equals(record) && f.path("kind").asText().equals("damaged"));
        Files.write(record, bytes);
    }

    @Test
    void damagedJournalsTablesAndRecordsAreFound() throws IOException {
        for (String end : List.of(("trials.jsonl reruns.jsonl cell.json seed-0/loss.csv probe/run.json cache/run.json "
                        + "events/run.json .detect/settings.json complete.json grid.json")
                .split(" "))) {
            Path file = file(end);
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length / 2 - bytes.length / 7));
            assertThat(findings(runs, ExitCode.FAILED))
                    .as(end)
                    .filteredOn(f -> f.path("kind").asText().equals("damaged"))
                    .anyMatch(f -> file.startsWith(path(f)))
                    .allMatch(f -> !f.path("remedy").asText().isEmpty());
            Files.write(file, bytes);
        }
    }

    @Test
    void missingFilesAreFound() throws IOException {
        for (String end :
                List.of(("probe-seed0.safetensors cache/shard-00000.tok events/events.csv events/events.jsonl "
                                + "events/events.parquet seed-1/probe.safetensors seed-0/per-class.csv")
                        .split(" "))) {
            Path file = file(end);
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            assertThat(findings(runs, ExitCode.FAILED))
                    .as(end)
                    .anyMatch(f -> f.path("kind").asText().equals("damaged") && file.startsWith(path(f)));
            Files.write(file, bytes);
        }
        Path events = file("events/events.csv");
        List<String> rows = Files.readAllLines(events);
        Files.write(events, rows.subList(0, rows.size() - 1));
        assertThat(findings(runs, ExitCode.FAILED).toString()).contains("run.json says");
    }

    @Test
    void theCommandsThatAreNamedRepair() throws IOException {
        for (String end :
                List.of(("cache/shard-00000.tok probe-seed0.safetensors checkpoint-seed0.safetensors events.log "
                                + "packed/probe.safetensors tiny/many/linear-mean/seed-0/probe.safetensors "
                                + "tiny/one/linear-mean/trials.jsonl tiny/many/linear-mean/cell.json events/events.parquet "
                                + "events/events.csv")
                        .split(" "))) {
            Path file = file(end);
            TreeMap<String, String> before = FolderContent.of(runs);
            if (end.endsWith(".csv")) {
                List<String> rows = Files.readAllLines(file);
                Files.write(file, rows.subList(0, rows.size() - 1));
            } else {
                flip(file, end.endsWith(".tok") ? Files.size(file) / 2 : 12);
            }
            List<JsonNode> damaged = findings(runs, ExitCode.FAILED).stream()
                    .filter(f -> f.path("kind").asText().equals("damaged"))
                    .toList();
            assertThat(damaged).as(end).isNotEmpty();
            follow(damaged.getFirst());
            fsck(runs, ExitCode.OK);
            TreeMap<String, String> after = FolderContent.of(runs);
            assertThat(after.keySet()).as(end).isEqualTo(before.keySet());
            before.remove("cache/shard-00000.tok"); // the repaired clip is now the last record of its shard
            before.forEach((name, content) ->
                    assertThat(after.get(name)).as("%s: %s", end, name).isEqualTo(content));
        }
    }

    /** A detection that was killed while it wrote its settings. */
    @Test
    void aRunThatHadHardlyBegunIsNoDamage() throws IOException {
        Path state = Files.createDirectories(runs.resolve("begun/.detect"));
        Files.writeString(state.resolve("lock"), "");
        Files.writeString(state.resolve("settings.json.0123456789abcdef.tmp"), "{");
        assertThat(Ran.ok("fsck", state.getParent()).out()).contains("0 damaged, 1 unfinished, 1 left over");
        FolderContent.delete(state.getParent());
    }

    @Test
    void unfinishedRunsAreNoDamage() throws IOException {
        Path cache = runs.resolve("cache");
        Path shard = cache.resolve("shard-00000.tok");
        byte[] bytes = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(bytes, bytes.length - 100));
        Files.delete(cache.resolve("run.json"));
        Files.delete(cache.resolve(FolderManifest.FILE));
        Files.writeString(cache.resolve("run.json.123-4.tmp"), "{");
        assertThat(Ran.ok("fsck", cache).out())
                .contains("unfinished: " + shard + ": record 15 at byte")
                .contains("the embedding was interrupted, is still going on, or another program filled the cache")
                .contains("left over: " + cache.resolve("run.json.123-4.tmp"))
                .contains("0 damaged, 2 unfinished, 1 left over");

        Path events = runs.resolve("events");
        Path journal = events.resolve(".detect/events.log");
        Files.write(journal, Arrays.copyOf(Files.readAllBytes(journal), (int) Files.size(journal) - 3));
        assertThat(Ran.unmute("fsck", events).endsWith(ExitCode.FAILED).out())
                .as("a run that ended leaves no unfinished recording")
                .contains("after the first 15 recordings are damaged");
        Files.delete(events.resolve("run.json"));
        unfinish(events);
        assertThat(Ran.ok("fsck", events).out())
                .contains("after the first 15 recordings are of an unfinished one", "which resumes where it stopped");

        Path notes = events.resolve(".detect/reading-0123.log");
        Files.writeString(notes, "unmute reading 1\n");
        assertThat(Ran.ok("fsck", events).out()).contains("0 damaged");
        Files.writeString(notes, "unmute reading 1\n" + "\0".repeat(99));
        assertThat(Ran.unmute("fsck", events).endsWith(ExitCode.FAILED).out())
                .contains("damaged: " + notes + ": it does not tell how far a recording was read")
                .contains("which hears that recording from its start");
        Files.delete(notes);

        Path probe = runs.resolve("probe");
        Files.delete(probe.resolve("run.json"));
        unfinish(probe);
        Files.delete(probe.resolve("probe-seed0.safetensors"));
        assertThat(Ran.ok("fsck", probe).out()).contains("a training was interrupted or is still going on");
        Files.delete(file("tiny/many/linear-mean/cell.json"));
        unfinish(runs.resolve("benchmark"));
        assertThat(Ran.ok("fsck", runs.resolve("benchmark")).out())
                .contains("unfinished: " + runs.resolve("benchmark") + ": 1 of 4 cells finished")
                .contains("  run: unmute benchmark");
    }

    /** Puts a manifest into the state that it has while a command changes the folder. */
    private static void unfinish(Path folder) throws IOException {
        Path manifest = folder.resolve(FolderManifest.FILE);
        Files.write(
                manifest,
                new FolderManifest(false, FolderManifest.read(manifest).files()).encode());
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("run.json"), "broken");
        Files.createSymbolicLink(runs.resolve("link"), outside);
        Files.createSymbolicLink(runs.resolve("loop"), runs);
        assertThat(fsck(runs, ExitCode.OK).path("linksNotFollowed").asInt()).isEqualTo(2);
    }

    @Test
    void aFolderOfOthersIsRefused() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("letter.txt"), "Dear reader");
        Ran.unmute("fsck", other).fails(ExitCode.INPUT, "holds nothing that can be checked");
        Ran.unmute("fsck", folder.resolve("nowhere")).fails(ExitCode.INPUT, "no such file or folder");
    }

    /** A folder may be from an untrusted source, and users copy suggested commands. */
    @Test
    void aHostileRecordNamesNoCommandOfItsOwn() throws IOException {
        Path probe = runs.resolve("probe");
        Files.delete(probe.resolve(FolderManifest.FILE));
        Files.writeString(
                probe.resolve("run.json"),
                "{\"command\":[\"rm\",\"-rf\",\"/\"],\"results\":{\"runs\":{\"a\":{\"file\":\"../../x\"}}}}");
        flip(probe.resolve("probe-seed0.safetensors"), 20);
        assertThat(Ran.unmute("fsck", probe).endsWith(ExitCode.FAILED).out())
                .doesNotContain("rm -rf", "..")
                .contains("run again the command that wrote it");
        Files.writeString(
                probe.resolve("run.json"),
                "{\"command\":[\"unmute\",\"probe\",\"--out\",\"a; rm -rf ~\\u001b[2J\"],\"results\":{}}");
        assertThat(Ran.unmute("fsck", probe).endsWith(ExitCode.FAILED).out())
                .contains("run: unmute probe --out 'a; rm -rf ~\uFFFD[2J'")
                .doesNotContain("\u001b");
    }
}
