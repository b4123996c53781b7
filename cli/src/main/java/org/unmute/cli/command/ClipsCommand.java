package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.clip.ClipFolder;
import org.unmute.cli.clip.ClipReport;
import org.unmute.cli.clip.ClipSelection;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.events.clips.EventClips;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.strong.EventTable;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Cuts events out of recordings. */
@Command(
        name = "clips",
        description = {
            "Cuts events out of recordings, a WAV file each: those of 'unmute detect' and 'unmute search', or of a"
                    + " table of any program.",
            "Files are at the rate of the recording; of uncompressed recordings they have all channels and the very"
                    + " samples, of FLAC, Vorbis and MP3 the mean of the channels in 16 bits. clips.csv lists them with"
                    + " class, score and times, and is a list of labelled clips for 'embed' and 'probe'."
        },
        footer = {
            "",
            "Examples:",
            "  unmute clips --events found/ --audio recordings/ --per-class 20 --out cut/",
            "  unmute clips --events calls.csv --audio recordings/ --padding 1 --per-class 96 --pick stratified --out"
                    + " cut/"
        })
final class ClipsCommand extends UnmuteCommand {
    @InputPath
    @Option(
            names = "--events",
            paramLabel = "PATH",
            required = true,
            description = "The events: a folder of 'unmute detect' or 'unmute search', or a table or folder of tables"
                    + " (Raven, Audacity, BirdNET, CSV, JSON lines).")
    private Path events;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "PATH",
            required = true,
            description = "The recordings: a folder (searched below), one file or a list.")
    private Path audio;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "New or empty folder for the clips.")
    private Path out;

    @Mixin
    private ClipSelection selection;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        selection.requireValid();
        EventTable table = EventTable.read(events, null);
        List<Annotation> chosen = selection.choice(common.seed()).of(table.events());
        if (chosen.isEmpty()) {
            throw CommandException.input("clips: " + events + " has "
                    + Units.count(table.events().size(), "event") + ", of which none is chosen");
        }
        Map<String, Path> recordings = new LinkedHashMap<>();
        for (AudioClip clip :
                AudioOptions.search(audio, null, record, remarks()).clips()) {
            recordings.put(clip.id(), clip.path());
        }
        String settings = selection.settings(events, audio, common.seed());
        try (OutputFolder output = claim(out)) {
            ClipFolder folder = new ClipFolder(out);
            folder.requireOwn(settings);
            folder.sweepClasses();
            EventClips.Outcome outcome =
                    new EventClips(out, recordings, DetectionState.digests(events), selection.padding()).write(chosen);
            ClipReport report = new ClipReport(out, table.events().size(), chosen.size(), outcome);
            record.result("settings", settings)
                    .result("clips", report.document())
                    .write(out);
            output.finish();
            print(report.document(), report::print);
            if (outcome.clips() == 0) {
                throw CommandException.input("clips: none of the recordings could be used");
            }
        }
        return status;
    }
}
