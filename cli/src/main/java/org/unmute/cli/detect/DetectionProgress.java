package org.unmute.cli.detect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.audio.RecordingSurvey;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.console.Progress;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.DetectionRun;
import org.unmute.events.detection.RecordingResult;
import org.unmute.files.PlainText;
import org.unmute.probes.cache.AudioClip;

/** Shows how far a detection is, in seconds of sound. */
public final class DetectionProgress implements DetectionRun.Listener {
    private final Progress progress;
    private final RecordingSurvey survey;
    private final RecordingWarnings warnings;
    private final Map<String, List<String>> encoded = new LinkedHashMap<>();
    private double read;

    /** @param warnings receives problems of recordings that are read nevertheless */
    public DetectionProgress(Progress progress, RecordingSurvey survey, RecordingWarnings warnings) {
        this.progress = progress;
        this.survey = survey;
        this.warnings = warnings;
    }

    @Override
    public void goesOn(AudioClip clip, double seconds) {
        progress.remark(String.format(Locale.ROOT, "%s resumes at %.1f s, after an interruption", clip.id(), seconds));
        progress.pass(0, seconds);
        read = seconds;
    }

    @Override
    public void encodes(AudioClip clip, String reason) {
        encoded.computeIfAbsent(reason, _ -> new ArrayList<>()).add(clip.id());
    }

    /** Recordings that were encoded although there are cached tokens, a line for each reason. */
    public List<String> encoded() {
        return encoded.entrySet().stream()
                .map(e -> Units.count(e.getValue().size(), "recording") + " encoded, since " + e.getKey()
                        + ", the first: " + PlainText.of(e.getValue().getFirst()))
                .toList();
    }

    @Override
    public void startsAgain(AudioClip clip, String reason) {
        progress.remark(clip.id() + " is read from its start again: how far an interrupted run came is not" + " used: "
                + reason);
    }

    @Override
    public void read(double seconds) {
        read += seconds;
        progress.advance(0, seconds);
    }

    @Override
    public void done(AudioClip clip, RecordingResult result, boolean before) {
        if (before) {
            progress.pass(1, survey.seconds(clip));
        } else {
            progress.advance(1, 0);
        }
        read = 0;
    }

    @Override
    public void skipped(AudioClip clip, String reason) {
        progress.remark("skipped " + clip.id() + ": " + reason);
        progress.skip(1, Math.max(0, survey.seconds(clip) - read));
        read = 0;
    }

    @Override
    public void warned(AudioClip clip, String warning) {
        warnings.note(clip.path(), warning);
    }
}
