package org.unmute.cli.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.audio.RecordingSurvey;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.Progress;
import org.unmute.cli.field.FieldRemarks;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.field.FieldLog;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.CachedTokens;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionRun;
import org.unmute.events.detection.DetectionRun.Outcome;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.field.RecordingTable;
import org.unmute.probes.cache.AudioClip;
import org.unmute.report.event.EventPage;

/** Finds the events of recordings and writes them into a folder, or resumes that. */
public final class FolderDetection {
    /** Seconds of sound from one note of how far a recording was read to the next; for tests. */
    private static final String NOTES = "unmute.detect.notes";

    private final DetectorSetup setup;
    private final List<AudioClip> clips;
    private final FieldLog places;
    private final Path out;
    private final AudioOptions audio;
    private final RecordingWarnings warnings;
    private final CommandRun run;

    /**
     * @param places   when and where the recordings were made
     * @param out      the folder
     * @param audio    how recordings are read
     * @param warnings receives problems of recordings that are read nevertheless
     */
    public FolderDetection(
            DetectorSetup setup,
            List<AudioClip> clips,
            FieldLog places,
            Path out,
            AudioOptions audio,
            RecordingWarnings warnings,
            CommandRun run) {
        this.setup = setup;
        this.clips = clips;
        this.places = places;
        this.out = out;
        this.audio = audio;
        this.warnings = warnings;
        this.run = run;
    }

    /**
     * Writes the tables, and the record.
     *
     * @param cached  tokens of the recordings; null for none
     * @param formats of the tables
     * @param forms   what else is made of the events
     * @throws IOException if a file cannot be read or written
     */
    public DetectionReport write(
            DetectionFolder folder, CachedTokens cached, Set<OutputFormat> formats, EventForms forms)
            throws IOException {
        Outcome outcome = find(folder, cached, formats);
        tellOfField(RecordingTable.write(folder, clips, places));
        if (formats.contains(OutputFormat.CAMTRAPDP)) {
            forms.camtrap().write(folder, clips, places, setup).forEach(run::tell);
        }
        EventPage.Rendered shown = forms.page() ? DetectionPage.write(setup, folder, clips, places, outcome) : null;
        DetectionReport report = new DetectionReport(out, setup, clips.size(), outcome, formats, shown);
        report.remarks().forEach(run::tell);
        report.note(run.record()).write(out);
        return report;
    }

    /** Names what is odd about times and places. */
    private void tellOfField(Map<String, List<String>> problems) {
        FieldRemarks.tell(problems, RecordingTable.FILE, run::tell);
        run.record().result("timeAndPlace", Map.of("problems", problems.size()));
    }

    private Outcome find(DetectionFolder folder, CachedTokens cached, Set<OutputFormat> formats) throws IOException {
        if (folder.lost() > 0) {
            run.tell(out + ": " + Units.bytes(folder.lost())
                    + " of results were unfinished or damaged and are dropped: their recordings are read again");
        }
        DetectionRun detection = new DetectionRun(
                setup.detector(),
                cached,
                audio::open,
                audio.strict(),
                Double.parseDouble(System.getProperty(NOTES, "" + DetectionRun.NOTE_SECONDS)));
        RecordingSurvey survey = RecordingSurvey.of(clips);
        survey.unheard(setup.encoder().encoder().describe()).ifPresent(run::tell);
        try (Progress progress = run.progress("detecting", "recordings", clips.size())) {
            progress.expect(survey.seconds());
            progress.resumable(null);
            DetectionProgress shown = new DetectionProgress(progress, survey, warnings);
            Outcome outcome = detection.run(clips, places, folder, formats, shown);
            shown.encoded().forEach(run::tell);
            return outcome;
        } finally {
            warnings.end(run.record());
        }
    }
}
