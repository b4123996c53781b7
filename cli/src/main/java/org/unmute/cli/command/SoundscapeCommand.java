package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.option.SceneOptions;
import org.unmute.cli.option.SparseOptions;
import org.unmute.cli.scene.SceneRun;
import org.unmute.cli.scene.SourceOptions;
import org.unmute.cli.scene.SparseRun;
import org.unmute.data.scene.SceneMixer;
import org.unmute.data.scene.SceneMixer.SourceClip;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixes labelled single-event recordings into multi-label scenes. */
@Command(
        name = "soundscape",
        customSynopsis =
                "unmute soundscape --manifest FILE --audio DIR --out DIR --train-folds FOLDS --test-folds FOLDS"
                        + " [OPTIONS]%n       unmute soundscape --background PATH,... | --background-kinds KIND,... |"
                        + " --duration S --out DIR [OPTIONS]%n",
        description = {
            "Mixes labelled recordings of single events into multi-label scenes, from a seed.",
            "",
            "Each scene holds a few recordings of different classes. The first keeps its level; each further one gets"
                    + " an RMS level relative to it, drawn from --gain. Shorter recordings lie at a random place, of"
                    + " longer ones a random stretch is taken. Train scenes use the train folds only, test scenes the"
                    + " test folds only. The same seed gives the same files.",
            "",
            "Sparse hours, the second form, are long recordings that are mostly background, to measure how often a"
                    + " detector raises a false alarm and what it misses. On recorded or synthetic background lie"
                    + " events of each class, --events-per-hour on average, at random times."
        },
        footerHeading = "%nWrites into --out:%n",
        footer = {
            "  train/000000.wav …   scenes, 16 bit, mono",
            "  test/000000.wav …",
            "  manifest.csv         file,labels,split,sources,gains_db,offsets_s (several values: separated by ;)",
            "  train-events.tsv     start and end of each event: filename onset offset event_label, between tabs",
            "  test-events.tsv      with --bands also low and high, in Hz",
            "  run.json             how it was made",
            "Sparse hours have validation/ in addition, if --split names it, and in place of the last three columns",
            "  sources.csv          file,start,end,label,source,snr_db",
            "  background.csv       file,start,end,background,background_start,level_db",
            "",
            "Example, with ESC-50 as downloaded:",
            "  unmute soundscape --manifest ESC-50/meta/esc50.csv --audio ESC-50/audio --out scenes \\",
            "      --train 1500 --test 500 --train-folds 1,2 --test-folds 3",
            "An hour of real background with five events of each class of the test fold, and one without any:",
            "  unmute soundscape --background field/ --events-per-hour 5 --out hours \\",
            "      --manifest ESC-50/meta/esc50.csv --audio ESC-50/audio --test-folds 3",
            "  unmute soundscape --background field/ --events-per-hour 0 --out quiet",
            "Then:",
            "  unmute embed --help",
            "  unmute detect --help"
        })
final class SoundscapeCommand extends UnmuteCommand {
    @Mixin
    private SourceOptions sources;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder to write; must not hold a manifest.csv yet.")
    private Path out;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--stems",
            paramLabel = "DIR",
            description = "Also write each event by itself, as it is in its scene: DIR/test/000000.stem0.wav …"
                    + " The folder must not lie in --out.")
    private Path stems;

    @Mixin
    private SceneOptions scenes;

    @Mixin
    private SparseOptions sparse;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        print(sparse.given() ? sparseHours() : scenes());
        return status;
    }

    private ConsoleTable scenes() throws IOException {
        require("--manifest", sources.manifest());
        require("--audio", sources.audio());
        require("--train-folds", scenes.trainFolds());
        require("--test-folds", scenes.testFolds());
        SceneMixer.Options options = checked(scenes::options);
        Set<String> folds = new LinkedHashSet<>(scenes.trainFolds());
        folds.addAll(scenes.testFolds());
        SourceReader reader = new SourceReader(scenes.rate(), warnings);
        List<SourceClip> clips =
                checked(() -> sources.files(folds, scenes, reader, this)).clips();
        SceneMixer mixer = checked(() -> new SceneMixer(
                clips, Set.copyOf(scenes.trainFolds()), Set.copyOf(scenes.testFolds()), options, common.seed()));
        SceneRun run = new SceneRun(mixer, scenes, reader, stems);
        run.writeFolder(out, warnings, this, e -> usage(e.getMessage()));
        return run.table();
    }

    private void require(String option, Object value) {
        if (value == null) {
            throw usage("missing option " + option + ": scenes need --manifest, --audio, --train-folds and"
                    + " --test-folds; sparse hours begin with --background, --background-kinds or --duration");
        }
    }

    private ConsoleTable sparseHours() throws IOException {
        for (String other :
                List.of("--stems", "--train", "--test", "--events", "--gain", "--seconds", "--transpose", "--bands")) {
            if (matched(other)) {
                throw usage(other + " is an option of scenes and does not go with those of sparse hours");
            }
        }
        SparseRun run = checked(() -> SparseRun.of(sources, scenes, sparse, common.seed(), warnings, this));
        run.writeFolder(out, warnings, this);
        return run.table();
    }

    /** What is wrong with options is an error of usage. */
    private <T> T checked(Step<T> step) throws IOException {
        return checked(e -> usage(e.getMessage()), step);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
