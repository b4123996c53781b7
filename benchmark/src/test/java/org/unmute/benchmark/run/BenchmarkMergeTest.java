package org.unmute.benchmark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.benchmark.fixture.RunFixture.BEATS;
import static org.unmute.benchmark.fixture.RunFixture.EAT;
import static org.unmute.benchmark.fixture.RunFixture.ESC;
import static org.unmute.benchmark.fixture.RunFixture.URBAN;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.benchmark.fixture.RunFixture;
import org.unmute.benchmark.results.Name;
import org.unmute.benchmark.results.RunComparison;
import org.unmute.files.InputException;

/**
 * Joining runs of one grid: the files of a single run come out, and nothing is joined that does not belong together.
 */
class BenchmarkMergeTest {
    private static final List<String> PROBES = List.of("linear", "protobin");

    @TempDir
    private Path folder;

    private Path whole;

    @BeforeEach
    void write() throws IOException {
        whole = run("whole", EAT, BEATS);
    }

    /** A run of 2 x 2 x 2 cells, of which those of some encoders are finished. */
    private Path run(String name, Name... encoders) throws IOException {
        RunFixture run = new RunFixture(folder.resolve(name), List.of(EAT, BEATS), List.of(URBAN, ESC), PROBES);
        for (Name encoder : encoders) {
            for (Name dataset : List.of(URBAN, ESC)) {
                for (String probe : PROBES) {
                    Path cell = run.cell(encoder, dataset, probe, Map.of(), 0.5, 0.52, 0.51);
                    Files.writeString(cell.resolve("settings.txt"), "probe=" + probe + "\nrerun.top=1\n");
                    Files.writeString(cell.resolve("reruns.jsonl"), "{\"rank\":0,\"seed\":0,\"seconds\":1.5}\n");
                    Files.writeString(cell.resolve("seed-0/probe.safetensors"), "weights of " + probe);
                }
                Files.writeString(
                        run.folder()
                                .resolve(encoder.key())
                                .resolve(dataset.key())
                                .resolve("clips.csv"),
                        "file,start,end,labels,split,sha256\na.wav,,,dog,train,00\n");
            }
        }
        return run.folder();
    }

    private static Path cell(Path run) {
        return run.resolve("eat/urban/linear");
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private BenchmarkMerge merge(Path... runs) throws IOException {
        return BenchmarkMerge.of(folder.resolve("out"), List.of(runs));
    }

    private Path merged(Path... runs) throws IOException {
        merge(runs).write();
        return folder.resolve("out");
    }

    private static TreeMap<String, String> bytes(Path run) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(run.relativize(file).toString(), Files.readString(file));
            }
        }
        return all;
    }

    @Test
    void theJointRunHasTheFilesOfASingleOne() throws IOException {
        Path eat = run("eat-alone", EAT);
        Path beats = run("beats-alone", BEATS);
        BenchmarkMerge merge = merge(beats, eat);
        assertThat(merge.summary()).isEqualTo("8 of 8 cells finished in 2 runs");
        merge.write();
        assertThat(merge.results().complete()).isTrue();
        Path out = folder.resolve("out");
        assertThat(bytes(out)).isEqualTo(bytes(whole));
        assertThat(RunComparison.read(List.of(out)).entries())
                .hasSameSizeAs(RunComparison.read(List.of(whole)).entries());
    }

    @Test
    void itsFolderMayBeOneOfThemAndAMergeMayBeRepeated() throws IOException {
        Path out = merged(run("eat-alone", EAT));
        assertThat(merge(out).results().unfinished()).hasSize(4).first().isEqualTo("beats/urban/linear");
        Path beats = run("beats-alone", BEATS);
        assertThat(merge(out, beats).summary()).isEqualTo("8 of 8 cells finished in 2 runs");
        merged(beats);
        TreeMap<String, String> once = bytes(out);
        assertThat(once).isEqualTo(bytes(whole));
        merged(beats);
        assertThat(bytes(out)).isEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource({"settings.txt, top=1, top=2", "cell.json, '\"wd\":3.4E-5', '\"wd\":4.4E-5'"})
    void aCellThatTwoRunsFinishedMustBeACopy(String file, String from, String to) throws IOException {
        Path again = run("again", EAT);
        assertThat(merge(whole, again).summary()).isEqualTo("8 of 8 cells finished in 2 runs");
        edit(cell(again).resolve(file), from, to);
        assertThatThrownBy(() -> merge(whole, again))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cell eat/urban/linear was finished in " + cell(whole.toRealPath()) + " and in "
                        + cell(again.toRealPath()) + ", and their " + file + " differ: leave one of the runs out");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"epochs\":30', '\"epochs\":31', settings.epochs is '30' here and '31' there",
        "0.1.0-TEST, 0.2.0, version is '0.1.0-TEST' here and '0.2.0' there",
        "URBAN-SED, Urban, datasets[0].title is 'URBAN-SED' here and 'Urban' there"
    })
    void runsOfDifferentGridsAreRefused(String from, String to, String message) throws IOException {
        Path other = run("other", BEATS);
        edit(other.resolve("grid.json"), from, to);
        assertThatThrownBy(() -> merge(whole, other))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        whole + " and " + other + " are not runs of the same grid by the same program: " + message);
    }

    @Test
    void whereARunFoundItsFilesIsNoDifference() throws IOException {
        Path eat = run("eat-alone", EAT);
        Path beats = run("beats-alone", BEATS);
        for (Path run : List.of(eat, beats)) {
            String place = run.getFileName().toString();
            edit(
                    run.resolve("grid.json"),
                    "\"name\":\"urban\"",
                    "\"name\":\"urban\",\"source\":\"OwnFiles[dataset=urban, root=/" + place
                            + "/a, b, options=ReadOptions[fold=0]]\",\"boxes\":[\"/" + place + "/boxes.tsv\"]");
            edit(run.resolve("grid.json"), "\"version\"", "\"file\":\"/" + place + "/grid.toml\",\"version\"");
        }
        assertThat(merge(eat, beats).summary()).startsWith("8 of 8 cells finished");
        edit(beats.resolve("grid.json"), "fold=0", "fold=1");
        assertFails(() -> merge(eat, beats), "datasets[0].source is");
        edit(beats.resolve("grid.json"), "fold=1", "fold=0");
        edit(beats.resolve("grid.json"), "boxes.tsv", "others.tsv");
        assertFails(() -> merge(eat, beats), "datasets[0].boxes[0] is");
    }

    @Test
    void runsOfDifferentFilesOrClipsAreRefused() throws IOException {
        Path other = run("other", EAT);
        Files.writeString(other.resolve("eat/esc50/clips.csv"), "file,start,end,labels,split,sha256\n");
        assertFails(() -> merge(whole, other), "data set esc50: ", "the runs used different clips, labels or tokens");
        Path linear = run("linear", EAT);
        Path protobin = run("protobin", EAT);
        Files.delete(linear.resolve("eat/urban/protobin/settings.txt"));
        Files.delete(protobin.resolve("eat/urban/linear/settings.txt"));
        edit(cell(linear).resolve("cell.json"), "\"encoderSettings\":{", "\"encoderSettings\":{\"sha256\":\"aa\",");
        assertFails(() -> merge(linear, protobin), "encoder eat is not the same file everywhere: ");
    }

    @Test
    void ofUnfinishedCellsTheOneFurthestOnIsTakenWithItsState() throws IOException {
        Path behind = begun("behind", 3, 0);
        Path ahead = begun("ahead", 50, 1);
        Path out = merged(behind, ahead);
        assertThat(bytes(cell(out))).isEqualTo(bytes(cell(ahead))).containsKey("work/state");
        merged(behind);
        assertThat(bytes(cell(out))).isEqualTo(bytes(cell(ahead)));
        BenchmarkMerge all = merge(whole);
        assertThat(all.summary()).isEqualTo("8 of 8 cells finished in 2 runs");
        all.write();
        assertThat(bytes(cell(out))).isEqualTo(bytes(cell(whole)));
    }

    private Path begun(String name, int trials, int reruns) throws IOException {
        Path run = run(name, EAT);
        Path cell = cell(run);
        Files.delete(cell.resolve("cell.json"));
        keep(cell.resolve("trials.jsonl"), trials);
        keep(cell.resolve("reruns.jsonl"), reruns);
        Files.writeString(Files.createDirectories(cell.resolve("work")).resolve("state"), name);
        try (Stream<Path> seeds = Files.list(cell)) {
            seeds.filter(f -> f.getFileName().toString().startsWith("seed-")).forEach(BenchmarkMergeTest::delete);
        }
        return run;
    }

    private static void keep(Path journal, int lines) throws IOException {
        Files.write(journal, Files.readAllLines(journal).subList(0, lines));
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            Path[] all = files.toArray(Path[]::new);
            for (Path file : Arrays.asList(all).reversed()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void factsOfDataSetsAreThoseOfTheRuns() throws IOException {
        Path eat = run("eat-alone", EAT);
        Files.writeString(eat.resolve("run.json"), "{\"results\": {\"datasets\": {\"urban\": {\"train\": 3}}}}");
        assertThat(merge(eat).datasetFacts()).hasToString("{urban={\"train\":3}}");
        assertThat(merge(eat).results().complete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../eat/urban", "eat/.hidden/linear"})
    void aGridCannotNamePlacesOutsideOfTheRun(String cell) throws IOException {
        edit(whole.resolve("grid.json"), "\"eat/urban/linear\"", "\"" + cell + "\"");
        assertFails(InputException.class, () -> merge(whole), "grid.json");
    }

    @Test
    void aLinkInARunIsNotFollowed() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "secret");
        Files.createSymbolicLink(cell(whole).resolve("seed-0/more.csv"), secret);
        Files.delete(cell(whole).resolve("reruns.jsonl"));
        Files.createSymbolicLink(cell(whole).resolve("reruns.jsonl"), secret);
        Path out = merged(whole);
        assertThat(cell(out).resolve("trials.jsonl")).exists();
        assertThat(bytes(cell(out)).keySet())
                .noneMatch(name -> name.endsWith("more.csv") || name.endsWith("reruns.jsonl"));
    }

    @Test
    void whatIsNoRunIsNamed() throws IOException {
        assertThatThrownBy(() -> merge(folder.resolve("nowhere")))
                .hasMessage(folder.resolve("nowhere") + ": no such folder: a run of 'unmute benchmark' is expected");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertFails(() -> merge(empty), "grid.json: is missing");
    }
}
