package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.kernels.contract.FullBuild;

/**
 * Kills {@code embed}, {@code probe} and {@code benchmark} (of clips, rows and boxes), {@code detect}, {@code search} and
 * {@code find} at random moments. {@code bench/kill-campaign} does so hundreds of times.
 */
@FullBuild("kills processes")
class KillCampaignTest {
    private static final int KILLS = Integer.getInteger("unmute.kills", 3);
    private static final long SEED = Long.getLong("unmute.kills.seed", 1);
    /** Comma-separated names of the commands to kill; empty for all. */
    private static final String ONLY = System.getProperty("unmute.kills.only", "");

    private static final List<KillCampaign.Tally> TALLIES = new ArrayList<>();

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        recordings = folder.resolve("recordings");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 11).write(recordings, 100, 50);
    }

    @AfterAll
    static void report() throws IOException {
        ConsoleTable table = new ConsoleTable(
                        "command",
                        "kills",
                        "before the first file",
                        "nothing to check",
                        "runs compared",
                        "files",
                        "seconds")
                .decimals(1);
        TALLIES.forEach(
                t -> table.row(t.command(), t.kills(), t.early(), t.unchecked(), t.ended(), t.files(), t.seconds()));
        String text = String.format(
                        Locale.ROOT,
                        "Killed with SIGKILL at random moments (seed %d), resumed, and compared with an undisturbed"
                                + " run: no difference.%n",
                        SEED)
                + table.text();
        if (!TALLIES.isEmpty()) {
            System.out.println(text);
            Files.writeString(Path.of("target/kill-campaign.txt"), text);
        }
    }

    /** Uses the scalar backend, which needs no warm-up: a kill should hit file operations, not kernels. */
    private static List<Object> line(String command, Object... rest) {
        List<Object> line = new ArrayList<>(List.of(command, "-q", "--backend", "scalar"));
        line.addAll(List.of(rest));
        return line;
    }

    private static void campaign(String name, Function<Path, List<Object>> line) throws Exception {
        assumeTrue(ONLY.isEmpty() || List.of(ONLY.split(",")).contains(name), "not among unmute.kills.only");
        KillCampaign.Tally tally = new KillCampaign(folder, SEED).run(name, line, KILLS);
        assertThat(tally.kills()).isEqualTo(KILLS);
        TALLIES.add(tally);
    }

    private static Path cache() {
        Path cache = folder.resolve("cache");
        if (!Files.exists(cache)) {
            Ran.ok(embed(cache).toArray());
        }
        return cache;
    }

    private static List<Object> embed(Path out) {
        return line("embed", "--encoder", encoder, "--audio", recordings, "--out", out);
    }

    private static List<Object> probe(Path out, String name, int epochs) {
        return line(
                "probe",
                Ran.line(
                        "--probe {} --cache {} --labels {} --epochs {} --out {}",
                        name,
                        cache(),
                        recordings.resolve("manifest.csv"),
                        epochs,
                        out));
    }

    @Test
    void embed() throws Exception {
        campaign("embed", KillCampaignTest::embed);
    }

    @Test
    void probe() throws Exception {
        cache();
        campaign("probe", out -> probe(out, "linear-mean", 150));
    }

    /** Learns thresholds by events on clips of its own, too. */
    @Test
    void probeOfRows() throws Exception {
        cache();
        List<Object> rows = List.of("--frames", recordings.resolve("train-events.tsv"), "--val-share", 0.2);
        campaign("probe-frames", out -> joined(probe(out, "linear-mean", 60), rows));
    }

    @Test
    void probeOfBoxes() throws Exception {
        cache();
        StringBuilder boxes = new StringBuilder();
        List<String> events = Files.readAllLines(recordings.resolve("train-events.tsv"));
        boxes.append(events.getFirst()).append("\tlow\thigh\n");
        events.subList(1, events.size())
                .forEach(row -> boxes.append(row)
                        .append("\t500\t")
                        .append(2000 + row.length())
                        .append('\n'));
        Path table = Files.writeString(folder.resolve("boxes.tsv"), boxes);
        List<Object> more = List.of("--boxes", table, "--val-share", 0.2);
        campaign("probe-boxes", out -> joined(probe(out, "protobin", 20), more));
    }

    private static List<Object> joined(List<Object> line, List<Object> more) {
        List<Object> all = new ArrayList<>(line);
        all.addAll(more);
        return all;
    }

    @Test
    void detect() throws Exception {
        Path trained = folder.resolve("trained");
        Ran.ok(probe(trained, "protobin", 5).toArray());
        campaign(
                "detect",
                out -> line(
                        "detect",
                        Ran.line(
                                "--probe {} --audio {} --threshold 0.4 --format csv,jsonl,raven --out {}",
                                trained.resolve("probe-seed0.safetensors"),
                                recordings.resolve("test"),
                                out)));
    }

    /** The index of the pooled vectors, and the events found with it. */
    @Test
    void search() throws Exception {
        cache();
        campaign(
                "search",
                out -> line(
                        "search",
                        Ran.line(
                                "--cache {} --like test/000000.wav@0.2-0.6 --stretch 0.1 --index {} --out {}",
                                cache(),
                                out.resolve("pooled.vectors"),
                                out.resolve("found"))));
    }

    /** Clips around boxes, two caches and a search: one command resumes them all. */
    @Test
    void find() throws Exception {
        Path boxes = Files.writeString(
                folder.resolve("boxes.csv"),
                "file,start,end,label,low,high\ntest/000000.wav,0.1,0.6,bee,500,4000\n"
                        + "test/000001.wav,0.2,0.9,crow,500,4000\n");
        campaign(
                "find",
                out -> List.of(
                        "find", boxes, "-q", "--audio", recordings, "--encoder", encoder, "--no-review", "--out", out));
    }

    @Test
    void benchmark() throws Exception {
        BenchmarkFixture.scenes(folder, "many", false, 40, 16);
        BenchmarkFixture.scenes(folder, "one", true, 10, 5);
        Path grid = BenchmarkFixture.grid(
                folder, "grid.toml", encoder, """
                epochs = 5
                batch = 16
                sobol = 2
                tpe = 1
                halving = { min-epochs = 1, eta = 2 }
                top = 1
                seeds = [0, 1]\
                """, "name = \"linear-mean\"", "name = \"protobin\"\nset.prototypes = 4");
        campaign("benchmark", out -> line("benchmark", grid, "--only", "tiny/many", "--workers", 2, "--out", out));
    }

    /** Probes of clips, rows and boxes. */
    @Test
    void benchmarkOfEvents() throws Exception {
        DesedFixture.write(folder.resolve("desed"), 6, 2, 3, 3);
        DesedFixture.boxes(folder.resolve("desed"), folder.resolve("boxes.tsv"));
        Path grid = Files.writeString(
                folder.resolve("events.toml"),
                "[[encoders]]\nname = \"own\"\nembedded = true\n[[datasets]]\n"
                        + BenchmarkBoxesTest.DATASET
                        + "[protocol]\nepochs = 2\nbatch = 8\nsobol = 2\ntpe = 0\ntop = 1\nseeds = [0, 1]\n"
                        + BenchmarkBoxesTest.WEAK
                        + BenchmarkBoxesTest.FRAMES
                        + BenchmarkBoxesTest.BOXES);
        campaign("benchmark-events", out -> line("benchmark", grid, "--workers", 2, "--out", out));
    }
}
