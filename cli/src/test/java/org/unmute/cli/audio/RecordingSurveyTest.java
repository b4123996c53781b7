package org.unmute.cli.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;

class RecordingSurveyTest {
    @TempDir
    Path folder;

    private AudioClip wav(String name, double seconds, int rate) throws IOException {
        Path file = folder.resolve(name);
        Wav.write(file, new float[(int) Math.round(seconds * rate)], rate);
        return new AudioClip(name, file);
    }

    @Test
    void headersTellTheLength() throws IOException {
        AudioClip shorter = wav("a.wav", 1.5, 16_000);
        AudioClip longer = wav("b.wav", 60, 8_000);
        AudioClip part = new AudioClip("b.wav#2-5", longer.path(), 2, 5);
        AudioClip rest = new AudioClip("b.wav#50-", longer.path(), 50, Double.POSITIVE_INFINITY);
        RecordingSurvey survey = RecordingSurvey.of(List.of(shorter, longer, part, rest));
        assertThat(survey.seconds(shorter)).isEqualTo(1.5);
        assertThat(survey.seconds(longer)).isEqualTo(60);
        assertThat(survey.seconds(part)).isEqualTo(3);
        assertThat(survey.seconds(rest)).isEqualTo(10);
        assertThat(survey.seconds()).isEqualTo(74.5);
    }

    /** Only some headers are read; the lengths of other files are estimated from their sizes. */
    @Test
    void sizesTellTheLengthOfFurtherFiles() throws IOException {
        List<AudioClip> clips = new ArrayList<>();
        double all = 0;
        for (int i = 0; i < 600; i++) {
            double seconds = i % 7 == 0 ? 20 : 0.5;
            clips.add(wav(i + ".wav", seconds, 1000));
            all += seconds;
        }
        assertThat(RecordingSurvey.of(clips).seconds()).isCloseTo(all, within(0.02 * all));
    }

    @Test
    void whatCannotBeOpenedIsNoReasonToStop() throws IOException {
        AudioClip good = wav("good.wav", 2, 16_000);
        AudioClip bad = new AudioClip("bad.wav", Files.writeString(folder.resolve("bad.wav"), "no sound"));
        AudioClip gone = new AudioClip("gone.wav", folder.resolve("gone.wav"));
        assertThat(RecordingSurvey.of(List.of(bad, gone, good)).seconds()).isCloseTo(2, within(0.01));
        assertThat(RecordingSurvey.of(List.of()).seconds()).isZero();
    }

    @Test
    void saysWhatAnEncoderDoesNotHear() throws IOException {
        EncoderSpec encoder = OpenEncoder.open(OpenEncoder.EMBEDDED, EncoderSettings.AUTHORS, null, KnownDigests.none())
                .encoder()
                .describe();
        AudioClip low = wav("low.wav", 1, 16_000);
        AudioClip high = wav("high.wav", 1, 48_000);
        AudioClip cd = wav("cd.wav", 1, 44_100);
        assertThat(RecordingSurvey.of(List.of(low)).unheard(encoder)).isEmpty();
        assertThat(RecordingSurvey.of(List.of(high)).unheard(encoder))
                .hasValue("recordings at 48 kHz: " + encoder.name()
                        + " hears up to 8 kHz, so what they hold from there to 24 kHz is not used");
        assertThat(RecordingSurvey.of(List.of(low, high, cd)).unheard(encoder))
                .hasValueSatisfying(line -> assertThat(line)
                        .startsWith("2 of 3 recordings looked at, at 44.1, 48 kHz: ")
                        .endsWith("to 24 kHz is not used"));
    }
}
