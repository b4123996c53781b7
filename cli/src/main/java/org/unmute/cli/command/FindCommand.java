package org.unmute.cli.command;

import static org.unmute.cli.search.FindFolder.words;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.PlainWriter;
import org.unmute.cli.search.FindFolder;
import org.unmute.data.ClipList;
import org.unmute.data.RecordingNames;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.RegularFile;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Leads from a few boxes to more of the same sound, to listen to. */
@Command(
        name = "find",
        description = {
            "Finds more of the sounds in the boxes of a table, to listen to: embeds the recordings, cuts clips around"
                    + " the boxes, searches for the boxes of each class, and opens the page of 'unmute review'. The"
                    + " verdicts that are given there train a probe, with the boxes: 'Learn' in the page, or the"
                    + " commands that are printed at the end.",
            "Run the same command again after an interruption: it resumes where it stopped. The folder of --out has"
                    + " what 'unmute labels', 'embed' and 'search' write."
        },
        footer = {
            "",
            "Example, with ten boxes of Raven:",
            "  unmute find dawn.Table.1.selections.txt --audio month/ --out found/"
        })
final class FindCommand extends UnmuteCommand {
    @InputPath
    @Parameters(
            paramLabel = "TABLE",
            description = "Boxes or stretches with their classes (Raven, Audacity, BirdNET, CSV). A recording that it"
                    + " names is one of --audio, or lies beside the table.")
    private Path table;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the recordings to search, or a single one.")
    private Path audio;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder to write; created if needed.")
    private Path out;

    @InputPath
    @Option(
            names = "--encoder",
            paramLabel = "FILE",
            defaultValue = OpenEncoder.EMBEDDED,
            description =
                    "Checkpoint of the encoder, as for 'unmute embed' (default: ${DEFAULT-VALUE}, the small one in"
                            + " the program).")
    private String encoder;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many moments of each class to find (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(names = "--yes", description = "Start even if the disk has less room than the caches are expected to need.")
    private boolean yes;

    @Option(names = "--no-review", description = "Do not open the page: the result is the table events/events.csv.")
    private boolean noReview;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "0",
            description = "Port of the page on 127.0.0.1 (default: any free one).")
    private int port;

    @Override
    public Integer call() throws IOException {
        begin();
        if (top < 1 || port < 0 || port > 65_535) {
            throw CommandException.usage(
                    "find: --top must be above 0, --port from 0 to 65535: " + top + " and " + port);
        }
        PrintWriter nowhere = PlainWriter.to(new StringWriter());
        Path boxes = recordingsOfBoxes();
        FindFolder folder = new FindFolder(out, audio);
        try (OutputFolder output = claim(out)) {
            output.change(); // the commands below claim only their own parts
            run(nowhere, words("labels", table, "--audio", boxes, "--out", folder.table()));
            embed(audio, folder.cache());
            Path root =
                    RegularFile.isFolder(boxes) ? boxes : boxes.toAbsolutePath().getParent();
            embed(folder.table(), folder.clips(), "--root", root);
            run(
                    out(),
                    words(
                            "search --force --each-class --cache", // events of fewer recordings or other boxes
                            folder.cache(),
                            "--like",
                            table,
                            "--top",
                            top,
                            "--audio",
                            audio,
                            "--out",
                            folder.events()));
            record.result("audio", audio.toAbsolutePath().normalize().toString());
            record.write(out);
            output.finish();
        }
        if (!common.json()) {
            next(folder);
        }
        if (!noReview) {
            // With --json, the result is what was found: a second document would follow it.
            run(common.json() ? nowhere : out(), words("review", folder.events(), "--audio", audio, "--port", port));
        }
        return status;
    }

    private void embed(Path sound, Path cache, Object... more) throws IOException {
        List<String> line = new ArrayList<>(words("embed --encoder", encoder, "--audio", sound, "--out", cache));
        line.addAll(Arrays.stream(more).map(Object::toString).toList());
        if (yes) {
            line.add("--yes");
        }
        run(PlainWriter.to(new StringWriter()), line);
    }

    private void next(FindFolder folder) {
        PrintWriter o = out();
        o.println("next: listen, then train a probe on the boxes and your verdicts, and find events with it:");
        for (List<String> line :
                List.of(words("review", folder.events(), "--audio", audio), folder.training(), folder.detection())) {
            o.println("  unmute " + String.join(" ", line));
        }
        o.flush();
    }

    /**
     * Where the recordings of the boxes are: among those to search, or beside the table.
     *
     * @throws CommandException if the table has no box, or one without a class
     */
    private Path recordingsOfBoxes() throws IOException {
        List<Annotation> boxes = AnnotationTable.read(table).annotations();
        if (boxes.isEmpty()) {
            throw CommandException.input("find: " + table + " has no row: draw some boxes, and save the table");
        }
        for (Annotation box : boxes) {
            if (box.label().isBlank()) {
                throw CommandException.input("find: a row of " + table + " has no class: " + box.onset() + " to "
                        + box.offset() + " s: name the sound of each row in a column such as Annotation or Species");
            }
        }
        RecordingNames names = new RecordingNames(
                ClipList.of(audio, null).clips().stream().map(AudioClip::id).toList());
        String own = AnnotationTable.recordingOf(table.getFileName());
        boolean inside = checked(
                e -> CommandException.input("find: " + table + ": " + e.getMessage(), e),
                () -> boxes.stream()
                        .map(box -> box.file().isEmpty() ? own : box.file())
                        .anyMatch(name -> names.find(name).isPresent()));
        return inside ? audio : table.toAbsolutePath().getParent();
    }

    /** Runs another command in this process; its failure is one of this command. */
    private void run(PrintWriter to, List<String> line) throws IOException {
        List<String> all = new ArrayList<>(line);
        if (common.quiet()) {
            all.add("--quiet");
        }
        if (common.json()) {
            all.add("--json");
        }
        List<Exception> failures = new ArrayList<>();
        int ended = InnerCommand.run(to, err(), all, failures::add);
        for (Exception failure : failures) {
            if (failure instanceof IOException io) {
                throw io;
            }
            throw failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
        }
        status = Math.max(status, ended);
    }
}
