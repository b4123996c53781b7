package org.unmute.benchmark.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.Range;
import org.unmute.data.ManifestFormat;
import org.unmute.data.Task;
import org.unmute.data.scene.Mixup;
import org.unmute.data.set.FewShot;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.DType;

class GridTest {
    private static final String SMALL = """
        encoders = [{ name = "small", embedded = true }]
        probes = ["linear", "protobin"]
        [[datasets]]
        name = "urban"
        root = "URBAN-SED"
        """;
    private static final String EVERYTHING = """
        [[encoders]]
        name = "eat"
        title = "EAT"
        file = "../eat.pt"
        model = "eat"
        norm = "authors-esc50"
        heads = 12
        rate = 16000
        hop = 5.12
        front-end = "biofoundation"
        config = { max_distance = 800 }
        [[encoders]]
        name = "own"
        embedded = true

        [[datasets]]
        name = "birds"
        title = "High Sierras"
        dataset = "hsn"
        root = "/data/HSN"
        shots = 16
        shot-condition = "strict"
        shot-seed = 5
        fill-up = true
        max-missing = 0.25
        mixup = { variants = 3, probability = 0.5, min-snr = 1, max-snr = 2.5, max-added = 2, seed = 9 }
        encoder-settings = [{ encoders = "eat", frames = 512, norm-mean = -4, norm-std = 2, hop = 2.56 }]
        set.protobin = { prototypes = 10, dropout = 0.1 }
        [[datasets]]
        name = "mine"
        manifest = "lists/labels.csv"
        audio = "recordings"
        file-column = "path"
        label-column = "what"
        split-column = "part"
        separator = "|"
        task = "single-label"
        train = ["a", "b"]
        validation = "c"
        test = ["d"]
        loss = "bce"
        standardize = true
        [[datasets]]
        name = "esc50"
        root = "ESC-50"
        folds = [2, 5]
        validation = []

        [[probes]]
        name = "protobin"
        label = "protobin-j5"
        set = { prototypes = 5 }
        lr = [1e-3, 2e-3]
        weight-decay = [1e-6, 1e-6]
        batch = 64
        encoders = ["eat"]
        datasets = ["birds", "mine"]
        [[probes]]
        name = "mhca"

        [protocol]
        epochs = 7
        batch = 32
        warm-up = 10
        clip = 2.0
        decay = "matrices"
        sobol = 5
        tpe = 0
        halving = { min-epochs = 2, eta = 4 }
        search-seed = -3
        top = 1
        seeds = [7, 8]
        loss = "asl"
        lr = [1e-5, 1e-2]
        lr-prototypes = [1e-3, 1e-1]
        weight-decay = [1e-6, 1e-3]
        validation = 0.2
        validation-seed = 4
        standardize = false
        tokens = "f32"
        """;

    @TempDir
    Path folder;

    private Grid read(String text) throws IOException {
        return Grid.read(Files.writeString(folder.resolve("grid.toml"), text));
    }

    @Test
    void whatIsNotStatedIsThePapers() throws IOException {
        Grid grid = read(SMALL);
        assertThat(grid.encoders())
                .containsExactly(new EncoderEntry(
                        "small", "small", Optional.empty(), EncoderSettings.AUTHORS, Optional.empty()));
        assertThat(grid.protocol())
                .isEqualTo(new ProtocolSettings(
                        30,
                        128,
                        0,
                        0,
                        true,
                        25,
                        25,
                        Optional.of(new Halving(3, 3)),
                        0,
                        3,
                        List.of(0L, 1L, 2L, 3L, 4L),
                        Optional.empty(),
                        0.1,
                        0,
                        false,
                        DType.F16,
                        Optional.empty()));
        DatasetEntry urban = grid.datasets().getFirst();
        assertThat(urban.title()).isEqualTo("URBAN-SED");
        assertThat(urban.task()).isEqualTo(Task.MULTI_LABEL);
        assertThat(urban.splits())
                .isEqualTo(new DatasetEntry.Splits(List.of("train"), Optional.empty(), List.of("test")));
        assertThat(urban.folds()).isEmpty();
        assertThat(urban.mixup()).isEmpty();
        assertThat(urban.source()).isInstanceOfSatisfying(DatasetEntry.OwnFiles.class, own -> {
            assertThat(own.root()).isEqualTo(folder.resolve("URBAN-SED"));
            assertThat(own.options().fewShot()).isEqualTo(FewShot.PAPER);
            assertThat(own.options().maxMissing()).isNaN();
        });
        assertThat(grid.probes().get(0).rate()).isEqualTo(new Range("lr", 1e-4, 7e-3, true));
        assertThat(grid.probes().get(1).rate()).isEqualTo(new Range("lr", 2e-3, 8e-2, true));
        assertThat(grid.probes()).extracting(ProbeEntry::decay).containsOnly(new Range("wd", 1e-5, 5e-4, true));
        assertThat(grid.missing()).containsExactly(folder.resolve("URBAN-SED"));
    }

    @Test
    void aCellKnowsHowItIsRun() throws IOException {
        Grid grid = read(SMALL);
        assertThat(grid.cells()).extracting(Cell::path).containsExactly("small/urban/linear", "small/urban/protobin");
        Cell cell = grid.cells().get(1);
        assertThat(cell.training(0.05, 2e-5, 3))
                .isEqualTo(TrainingSettings.paper("protobin")
                        .withRate(0.05)
                        .withDecay(2e-5)
                        .withSeed(3));
        assertThat(cell.space().ranges())
                .containsExactly(cell.probe().rate(), cell.probe().decay());
        assertThat(cell.study().trials()).isEqualTo(50);
        assertThat(cell.study().maximise()).isTrue();
        assertThat(cell.options()).isEqualTo(ProbeOptions.DEFAULTS);
    }

    /** Paper sections 5 and 11: families of probes, few-shot sets, five folds, cross-entropy for one label per clip. */
    @Test
    void setsBringTheirOwnDefaults() throws IOException {
        Grid grid = read("""
            encoders = [{ name = "small", embedded = true }]
            probes = ["proto", "protofloat", "cgp", "mhca"]
            datasets = [{ name = "esc50", root = "a" }, { name = "sc2", root = "b" }, { name = "nbp", root = "c" }, \
            { name = "mix", manifest = "m/x.csv" },
                { name = "nbp-plain", dataset = "nbp", root = "c", mixup = false }, { name = "mixed", dataset = \
            "urban", root = "c", mixup = true }]
            """);
        assertThat(grid.probes()).extracting(p -> p.rate().high()).containsExactly(8e-2, 8e-2, 8e-2, 7e-3);
        assertThat(grid.datasets().get(0).folds()).containsExactly(1, 2, 3, 4, 5);
        assertThat(grid.datasets().get(1).folds()).isEmpty();
        assertThat(grid.datasets())
                .extracting(d -> d.mixup().map(m -> m.options()).orElse(null))
                .containsExactly(null, null, Mixup.Options.PAPER, null, null, Mixup.Options.PAPER);
        assertThat(grid.cells().stream()
                        .filter(c -> c.probe().name().equals("proto"))
                        .map(Cell::objective))
                .containsExactly(
                        Objective.CE, Objective.CE, Objective.ASL, Objective.ASL, Objective.ASL, Objective.ASL);
        assertThat(grid.datasets().get(3).source())
                .isEqualTo(
                        new DatasetEntry.Labelled(folder.resolve("m/x.csv"), folder.resolve("m"), ManifestFormat.AUTO));
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Grid grid = read(EVERYTHING);
        EncoderEntry eat = grid.encoders().getFirst();
        assertThat(eat.file()).contains(folder.resolveSibling("eat.pt"));
        assertThat(eat.settings())
                .isEqualTo(EncoderSettings.AUTHORS
                        .withModel("eat")
                        .withHeads(12)
                        .withSampleRate(16_000)
                        .withHop(5.12)
                        .withFrontEnd(EncoderSettings.FrontEndSource.BIOFOUNDATION)
                        .withConfig(java.util.Map.of("max_distance", "800")));
        assertThat(eat.norm()).contains("authors-esc50");
        DatasetEntry birds = grid.datasets().get(0);
        assertThat(birds.source()).isInstanceOfSatisfying(DatasetEntry.OwnFiles.class, own -> {
            assertThat(own.dataset()).isEqualTo("hsn");
            assertThat(own.root()).isEqualTo(Path.of("/data/HSN").toAbsolutePath());
            assertThat(own.options().fewShot()).isEqualTo(new FewShot(16, FewShot.Condition.STRICT, true, 5));
            assertThat(own.options().maxMissing()).isEqualTo(0.25);
        });
        assertThat(birds.mixup()).contains(new DatasetEntry.MixedVariants(new Mixup.Options(3, 0.5, 1, 2.5, 2), 9));
        DatasetEntry mine = grid.datasets().get(1);
        assertThat(mine.source())
                .isEqualTo(new DatasetEntry.Labelled(
                        folder.resolve("lists/labels.csv"),
                        folder.resolve("recordings"),
                        new ManifestFormat("path", "what", "part", "|")));
        assertThat(mine.task()).isEqualTo(Task.SINGLE_LABEL);
        assertThat(mine.splits())
                .isEqualTo(new DatasetEntry.Splits(List.of("a", "b"), Optional.of(List.of("c")), List.of("d")));
        assertThat(grid.datasets().get(2).folds()).containsExactly(2, 5);
        assertThat(grid.datasets().get(2).splits().validation()).contains(List.of());
        assertThat(grid.protocol())
                .isEqualTo(new ProtocolSettings(
                        7,
                        32,
                        10,
                        2,
                        false,
                        5,
                        0,
                        Optional.of(new Halving(2, 4)),
                        -3,
                        1,
                        List.of(7L, 8L),
                        Optional.of(Objective.ASL),
                        0.2,
                        4,
                        false,
                        DType.F32,
                        Optional.empty()));
        assertThat(grid.probes().get(1).rate()).isEqualTo(new Range("lr", 1e-5, 1e-2, true));
        assertThat(grid.probes().get(1).decay()).isEqualTo(new Range("wd", 1e-6, 1e-3, true));
    }

    @Test
    void cellsFollowWhatProbesAndDataSetsWant() throws IOException {
        Grid grid = read(EVERYTHING);
        assertThat(grid.cells())
                .extracting(Cell::path)
                .containsExactly(
                        ("eat/birds/protobin-j5 eat/birds/mhca eat/mine/protobin-j5 eat/mine/mhca eat/esc50/mhca "
                                        + "own/birds/mhca own/mine/mhca own/esc50/mhca")
                                .split(" "));
        Cell birds = grid.cells().get(0);
        assertThat(birds.options())
                .as("the probe's option before the set's")
                .isEqualTo(ProbeOptions.parse("prototypes=5", "dropout=0.1"));
        assertThat(birds.encoder().norm())
                .as("numbers of the set before the encoder's preset")
                .isEmpty();
        assertThat(birds.encoder().settings())
                .isEqualTo(grid.encoders()
                        .get(0)
                        .settings()
                        .withFrames(512)
                        .withNorm(-4, 2)
                        .withHop(2.56));
        assertThat(birds.training(1e-3, 1e-6, 7))
                .isEqualTo(new TrainingSettings(7, 64, 1e-3, 1e-6, false, 10, 2, Objective.ASL, false, 7, 0, 0));
        Cell mine = grid.cells().get(2);
        assertThat(mine.objective()).as("the set's loss before the protocol's").isEqualTo(Objective.BCE);
        assertThat(mine.standardize()).isTrue();
        assertThat(mine.encoder()).isEqualTo(grid.encoders().get(0));
        assertThat(grid.cells().get(4).objective())
                .as("the protocol's before the task's")
                .isEqualTo(Objective.ASL);
    }

    @Test
    void aPresetOfASetGoesBeforeTheEncodersNumbers() throws IOException {
        Grid grid = read("""
            probes = ["linear"]
            encoders = [{ name = "eat", file = "e.pt", frames = 1024, norm-mean = 1, norm-std = 2 }]
            [[datasets]]
            name = "sc2"
            root = "r"
            encoder-settings = [{ encoders = ["eat"], norm = "authors-spc2" }]
            """);
        EncoderEntry there = grid.cells().getFirst().encoder();
        assertThat(there.norm()).contains("authors-spc2");
        assertThat(there.settings()).as("its window too").isEqualTo(EncoderSettings.AUTHORS);
    }

    /** The example grids can be read and contain what they claim. */
    @Test
    void thePapersGridIsThePapers() throws IOException {
        Grid grid = Grid.read(Path.of("../docs/grids/paper.toml"));
        assertThat(grid.encoders())
                .extracting(EncoderEntry::title)
                .containsExactly("A-MAE", "Dasheng", "BEATs", "ASiT", "EAT", "SSLAM", "BEATs+", "EAT+", "SSLAM+");
        assertThat(grid.datasets())
                .extracting(DatasetEntry::name)
                .containsExactly(
                        "as20k", "fsd50k", "desed", "spass", "urban", "hsn", "pow", "per", "nes", "sne", "uhh", "nbp",
                        "esc50", "sc2");
        assertThat(grid.protocol())
                .as("nothing but defaults")
                .isEqualTo(read(SMALL).protocol());
        List<Cell> cells = grid.cells();
        // 10 probes everywhere (linearc-freqconcat among them), linearc-clsmean on the six encoders with a cls token,
        // the ablations.
        assertThat(cells.stream().filter(c -> c.probe().datasets().isEmpty())).hasSize(9 * 14 * 11 + 6 * 14);
        assertThat(cells.stream().filter(c -> c.probe().name().equals("protofloat")))
                .hasSize(9 * 2);
        assertThat(cells.stream().filter(c -> c.probe().label().startsWith("protobin-j")))
                .hasSize(6 * 2);
        assertThat(cells.stream()
                        .filter(c -> c.path().equals("eat/as20k/protobin"))
                        .map(Cell::options))
                .containsExactly(ProbeOptions.parse("prototypes=10"));
        assertThat(cells.stream()
                        .filter(c -> c.path().equals("eat/as20k/protobin-j40"))
                        .map(Cell::options))
                .containsExactly(ProbeOptions.parse("prototypes=40"));
        assertThat(cells.stream()
                        .filter(c -> c.path().equals("eat/urban/protobin"))
                        .map(Cell::options))
                .containsExactly(ProbeOptions.DEFAULTS);
        assertThat(cells.stream()
                        .filter(c -> c.path().equals("eat+/sc2/ep"))
                        .map(c -> c.encoder().settings().frames()))
                .containsExactly(128);
        assertThat(cells.stream()
                        .filter(c -> c.path().equals("beats/sc2/ep"))
                        .map(c -> c.encoder().settings().frames()))
                .containsExactly(0);
        assertThat(grid.datasets()).filteredOn(d -> d.mixup().isPresent()).hasSize(7);
    }

    /** Those that came after its results are not in it. */
    @Test
    void theGridOfTheMixesHasEveryProbeOfItsResults() throws IOException {
        Grid grid = Grid.read(Path.of("../docs/grids/esc10-mixes.toml"));
        Set<String> later = Set.of("linear-layers", "head2toe", "knn", "mlp-time");
        assertThat(grid.cells())
                .extracting(c -> c.probe().name())
                .containsExactlyElementsOf(Probes.names().stream()
                        .filter(name -> !later.contains(name))
                        .toList());
        assertThat(grid.protocol().seeds()).hasSize(5);
        assertThat(grid.cells())
                .allMatch(c -> c.standardize() != Probes.type(c.probe().name()).needsLayers());
        assertThat(grid.encoders().getFirst().file())
                .contains(Path.of("../kwt1_v2_12.safetensors").toAbsolutePath().normalize());
    }

    /** Rows: other defaults, the folder's name, and thresholds; clips keep theirs. */
    @Test
    void probesOfRowsHaveDefaultsOfTheirOwn() throws IOException {
        Path file = folder.resolve("frames.toml");
        Files.writeString(file, SMALL.replace("probes = [\"linear\", \"protobin\"]", """
                probes = [{ name = "linear", frames = true }, { name = "linear" },
                          { name = "conv", label = "x", frames = true, batch = 4, event-thresholds = "fixed" },
                          { name = "protobin", event-thresholds = "learned" }]"""));
        List<Cell> cells = Grid.read(file).cells();
        assertThat(cells.stream().map(Cell::path))
                .containsExactly(
                        "small/urban/linear-frames", "small/urban/linear", "small/urban/x", "small/urban/protobin");
        Cell rows = cells.get(0);
        assertThat(rows.options().values()).containsEntry("rows", "true");
        assertThat(rows.objective()).isEqualTo(Objective.BCE);
        assertThat(rows.settings().training().batch()).isEqualTo(16);
        assertThat(rows.probe().rate()).isEqualTo(Range.logarithmic("lr", 2e-3, 8e-2));
        assertThat(rows.settings().learnedEvents()).isTrue();
        Cell clips = cells.get(1);
        assertThat(clips.options()).isEqualTo(ProbeOptions.DEFAULTS);
        assertThat(clips.objective()).isEqualTo(Objective.ASL);
        assertThat(clips.settings().training().batch()).isEqualTo(128);
        assertThat(clips.probe().rate()).isEqualTo(Range.logarithmic("lr", 1e-4, 7e-3));
        assertThat(clips.settings().learnedEvents()).isFalse();
        assertThat(cells.get(2).settings().training().batch()).isEqualTo(4);
        assertThat(cells.get(2).settings().learnedEvents()).isFalse();
        assertThat(cells.get(3).settings().learnedEvents()).isTrue();
        assertThat(cells.get(3).options()).isEqualTo(ProbeOptions.DEFAULTS);
        assertThat(cells).noneMatch(c -> c.settings().byOnsets());
    }

    /** Only where the evaluation of the data set does so, and only where times choose thresholds. */
    @Test
    void probesOfRowsAreTaughtByOnsets() throws IOException {
        Path file = folder.resolve("onsets.toml");
        Files.writeString(
                file, SMALL.replace("urban", "dcase2016").replace("probes = [\"linear\", \"protobin\"]", """
                probes = [{ name = "linear", frames = true }, { name = "protobin", event-thresholds = "learned" },
                          { name = "conv", frames = true, event-thresholds = "fixed" }]"""));
        assertThat(Grid.read(file).cells().stream().map(c -> c.settings().byOnsets()))
                .containsExactly(true, false, false);
    }
}
