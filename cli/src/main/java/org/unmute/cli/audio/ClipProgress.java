package org.unmute.cli.audio;

import java.util.List;
import org.unmute.cli.console.Progress;
import org.unmute.cli.console.StartPhases;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.cache.Embedding;

/**
 * The progress of a command over clips, in seconds of audio: recordings may last a second or a day. Says once what of
 * the recordings the encoder does not hear. Thread-safe.
 */
public final class ClipProgress implements Embedding.Listener {
    private final Progress progress;
    private final RecordingSurvey survey;
    private final RecordingWarnings warnings;

    /**
     * Opens the recordings and says how much lies ahead.
     *
     * @param progress counts clips; closed with this
     * @param warnings receives problems of recordings that are read nevertheless
     */
    public ClipProgress(Progress progress, List<AudioClip> clips, EncoderSpec encoder, RecordingWarnings warnings) {
        this.progress = progress;
        this.warnings = warnings;
        survey = RecordingSurvey.of(clips);
        survey.unheard(encoder).ifPresent(progress::remark);
        progress.expect(survey.seconds());
    }

    /** Says how to continue if the run is cut short: it resumes after the clips that are done. */
    public ClipProgress resumable() {
        progress.resumable(null);
        return this;
    }

    /** Notes what is odd about a clip's file. */
    public void read(ClipSound sound) {
        sound.warnings().forEach(w -> warned(sound.clip(), w));
    }

    /** A clip is done. */
    public void done(AudioClip clip) {
        progress.advance(1, survey.seconds(clip));
    }

    /** A clip was left out; the reason names it. */
    public void leftOut(AudioClip clip, String reason) {
        progress.remark("skipped " + reason);
        progress.skip(1, survey.seconds(clip));
    }

    @Override
    public void stored(AudioClip clip, boolean before) {
        if (before) {
            progress.pass(1, survey.seconds(clip));
        } else {
            StartPhases.end(StartPhases.Phase.FIRST_CLIP);
            done(clip);
        }
    }

    @Override
    public void skipped(AudioClip clip, String reason) {
        leftOut(clip, clip.id() + ": " + reason);
    }

    @Override
    public void warned(AudioClip clip, String warning) {
        warnings.note(clip.path(), warning);
    }

    @Override
    public void close() {
        progress.close();
    }
}
