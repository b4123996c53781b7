package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.demo.DemoFolder;
import org.unmute.cli.demo.DemoReport;
import org.unmute.cli.demo.DemoTraining;
import org.unmute.data.LabelSet;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.scene.SceneFolder;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.PlainText;
import org.unmute.options.OutputPath;
import org.unmute.probes.cache.TokenCache;
import org.unmute.report.demo.DemoModel;
import org.unmute.report.demo.DemoPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the whole pipeline on synthesized sounds. */
@Command(
        name = "demo",
        description = {
            "Shows the whole line without any data of yours: synthesizes polyphonic recordings of ten classes, embeds"
                    + " them with the encoder in the program, trains four probes over several seeds, prints the table"
                    + " and writes an HTML report.",
            "The folder it leaves (recordings, labels, token cache, probes) is good for trying the other commands."
        })
final class DemoCommand extends ComputingCommand {
    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "unmute-demo",
            description = "Folder of the demo (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(names = "--train", paramLabel = "N", description = "Training clips (default: ${DEFAULT-VALUE}).")
    private int train = 1000;

    @Option(names = "--test", paramLabel = "N", description = "Test clips (default: ${DEFAULT-VALUE}).")
    private int test = 400;

    @Option(names = "--seeds", paramLabel = "N", description = "Training runs per probe (default: ${DEFAULT-VALUE}).")
    private int seeds = 3;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training clips (default: as 'probe' trains, until probes converge).")
    private Integer epochs;

    @Override
    public Integer call() throws IOException {
        begin();
        if (train < 10 || test < 10 || seeds < 1) {
            throw CommandException.usage("--train and --test are at least 10, --seeds at least 1");
        }
        record.seed(common.seed());
        openBackend();
        try (OutputFolder output = claim(out)) {
            demonstrate();
            output.finish(file -> file.startsWith("recordings/") || file.startsWith("cache/"));
        }
        return status;
    }

    private void demonstrate() throws IOException {
        DemoFolder folder = new DemoFolder(out, train, test, common.seed());
        Path recordings = folder.recordings(this);
        Manifest labels = Manifest.read(
                recordings.resolve(SceneFolder.MANIFEST),
                ManifestFormat.AUTO,
                LabelSet.of(SyntheticScenes.classNames()));
        OpenEncoder encoder = OpenEncoder.embedded();
        DemoTraining.Clips trained;
        DemoTraining.Clips tested;
        try (TokenCache cache =
                folder.embed(encoder, recordings, (clips, model) -> progress("embedding", clips, model))) {
            trained = DemoTraining.Clips.read(labels.inSplits(List.of("train")), cache);
            tested = DemoTraining.Clips.read(labels.inSplits(List.of("test")), cache);
        }
        // Other commands read from it when the rows of tokens begin.
        RunRecord embedded = new RunRecord(line());
        encoder.note(embedded, "hann");
        embedded.write(out.resolve("cache"));
        Map<String, DemoReport.Result> results =
                new DemoTraining(out, trained, tested, seeds, epochs, common.seed()).run(this);
        DemoReport report =
                new DemoReport(encoder, tested.manifest(), tested.maps(), recordings, results, record.backendReason());
        Path html = out.resolve("report.html");
        DemoPage.write(report.model(trained.manifest().clips().size(), seeds), html);
        encoder.note(record, "hann");
        results.forEach((name, r) -> record.result(name, r.scoring().document()));
        record.write(out);
        print(results, tested.manifest(), html);
    }

    private void print(Map<String, DemoReport.Result> results, Manifest tested, Path html) throws IOException {
        ConsoleTable table =
                new ConsoleTable("probe", "parameters", "mAP", "sd over seeds", "95 % from", "to", "AUROC").decimals(3);
        results.forEach((name, r) -> {
            DemoModel.ProbeResult row = r.row(name, seeds);
            table.row(
                    name,
                    row.parameters(),
                    row.map(),
                    row.sd(),
                    row.ciLow(),
                    row.ciHigh(),
                    r.scoring().value("auroc_macro_skip").mean());
        });
        print(table.document(), o -> {
            o.printf(
                    Locale.ROOT,
                    "%d test clips of %d classes, %d training clips, %d seeds; macro mAP on tokens of the encoder in"
                            + " the program%n",
                    tested.clips().size(),
                    tested.labels().size(),
                    train,
                    seeds);
            o.println();
            table.print(o);
            o.println();
            o.println("report: " + html.toAbsolutePath().toUri());
            o.println("probes: "
                    + PlainText.of(out.resolve(DemoTraining.file("protobin", 0)).toString()) + " and "
                    + (results.size() * seeds - 1) + " more, for --probe of detect, tag, explain and eval");
        });
    }
}
