package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.Part;
import org.unmute.data.provenance.Json;
import org.unmute.data.set.Dataset;
import org.unmute.data.set.DatasetInfo;
import org.unmute.data.set.Datasets;
import org.unmute.data.set.ReadOptions;
import org.unmute.data.set.Reading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the supported data sets, describes one, or checks its folder. */
@Command(
        name = "datasets",
        description = {
            "Lists the data sets that are read from their own files; with a name, explains one; with --root, reads a"
                    + " folder and counts."
        },
        footer = {
            "",
            "Examples:",
            "  unmute datasets",
            "  unmute datasets fsd50k",
            "  unmute datasets fsd50k --root FSD50K/"
        })
final class DatasetsCommand extends UnmuteCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The data set to explain.")
    private String name;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Folder to read: counts the clips of each part, names what is missing.")
    private Path root;

    @Override
    public Integer call() throws IOException {
        if (name == null) {
            if (root != null) {
                throw CommandException.usage(
                        "--root needs the NAME of the data set: " + String.join(", ", Datasets.names()));
            }
            print(table());
            return status;
        }
        Dataset set;
        try {
            set = Datasets.byName(name);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), e);
        }
        if (root != null) {
            check(set);
        } else {
            print(described(set.info()), o -> explain(set.info(), o));
        }
        return status;
    }

    private static ConsoleTable table() {
        ConsoleTable table = new ConsoleTable(
                        "name", "title", "classes", "train", "validation", "test", "metric", "seconds", "expects first")
                .decimals(0);
        for (Dataset set : Datasets.list()) {
            DatasetInfo i = set.info();
            table.row(
                    i.name(),
                    i.title(),
                    known(i.classes()),
                    clips(i, Part.TRAIN),
                    clips(i, Part.VALIDATION),
                    clips(i, Part.TEST),
                    i.task().metric(),
                    i.clipSeconds() == 0 ? null : i.clipSeconds(),
                    firstFile(i));
        }
        return table;
    }

    private static Integer known(int number) {
        return number == 0 ? null : Integer.valueOf(number);
    }

    private static Integer clips(DatasetInfo info, Part part) {
        return known(info.parts().getOrDefault(part, 0));
    }

    /** The first file or folder below the root of the data set. */
    private static String firstFile(DatasetInfo info) {
        return info.tree().lines().skip(1).findFirst().orElse("").strip().split("\\s{2,}| \\(")[0];
    }

    private static ObjectNode described(DatasetInfo i) {
        Map<String, Integer> clips = new LinkedHashMap<>();
        i.parts().forEach((part, n) -> clips.put(part.label(), n));
        return Json.object()
                .put("name", i.name())
                .put("title", i.title())
                .put("classes", i.classes())
                .putPOJO("clips", clips)
                .put("folds", i.folds())
                .put("metric", i.task().metric())
                .put("clipSeconds", i.clipSeconds())
                .put("sampleRate", i.sampleRate())
                .put("mayBeMissing", i.missingShare())
                .put("tree", i.tree())
                .put("source", i.source())
                .put("licence", i.licence())
                .putPOJO("notes", i.notes());
    }

    private static void explain(DatasetInfo i, PrintWriter o) {
        o.println(i.name() + ": " + i.title());
        o.println();
        o.println("classes   " + (i.classes() == 0 ? "from the files" : i.classes()) + ", "
                + i.task().metric());
        o.println("clips     "
                + String.join(
                        ", ",
                        i.parts().entrySet().stream()
                                .map(e -> e.getKey().label() + (e.getValue() == 0 ? "" : " " + e.getValue()))
                                .toList())
                + (i.folds() > 1 ? "; " + i.folds() + " folds" : ""));
        o.println("length    " + (i.clipSeconds() == 0 ? "differs" : i.clipSeconds() + " s")
                + (i.sampleRate() == 0 ? "" : " at " + i.sampleRate() + " Hz"));
        o.println("from      " + i.source());
        o.println("licence   " + i.licence());
        o.println("missing   "
                + (i.missingShare() == 0
                        ? "no clip"
                        : "up to " + Math.round(i.missingShare() * 100) + " % of the clips")
                + " may be, unless --max-missing allows more");
        o.println();
        o.print(i.tree());
        o.println();
        i.notes().forEach(o::println);
    }

    private void check(Dataset set) throws IOException {
        ConsoleTable table =
                new ConsoleTable("part", "clips", "listed", "missing", "unusable", "published").decimals(0);
        Map<String, Object> json = new LinkedHashMap<>();
        List<String> remarks = new ArrayList<>();
        // Any number of clips may be missing: the command counts them.
        ReadOptions options =
                ReadOptions.DEFAULT.withMaxMissing(1).withFold(set.info().folds() > 0 ? 1 : 0);
        for (Part part : set.parts(root)) {
            Reading reading = set.read(root, part, options);
            Reading.Report report = reading.report();
            table.row(
                    part.label(),
                    reading.clips().size(),
                    report.listed(),
                    report.missing().size(),
                    report.unusable().size(),
                    clips(set.info(), part));
            json.put(part.label(), reading.describe());
            Stream.of(
                            report.missing().stream().limit(5),
                            report.unusable().stream().limit(5),
                            report.remarks().stream())
                    .flatMap(lines -> lines)
                    .forEach(line -> remarks.add(part.label() + ": " + line));
        }
        print(json, o -> {
            table.print(o);
            if (set.info().folds() > 0) {
                o.println("test is fold 1");
            }
            if (!remarks.isEmpty()) {
                o.println();
            }
            remarks.forEach(o::println);
        });
    }
}
