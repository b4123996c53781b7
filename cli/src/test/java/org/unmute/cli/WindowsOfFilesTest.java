package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;

/** Windows of files of every format equal the same samples of the whole recording, in and out of order. */
class WindowsOfFilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whistle.wav",
                "whistle.flac",
                "whistle.ogg",
                "whistle.mp3",
                "tones-stereo-24.flac",
                "tones-44100-stereo-vbr.mp3",
                "tones-22050-joint.mp3",
                "tones-8000-mono.mp3"
            })
    void windowsAreCutOutOfTheWholeRecording(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = WindowsOfFilesTest.class.getResourceAsStream("/audio/" + name)) {
            Files.copy(in, file);
        }
        Recording whole = AudioFiles.read(file);
        EncoderSpec encoder = Encoders.embedded().describe();
        double window = whole.seconds() / 7;
        List<AudioClip> clips = new ArrayList<>();
        for (double start = 0; start < whole.seconds() - 0.1; start += window / 2.3) {
            clips.add(new AudioClip(name + "#" + start, file, start, start + window));
        }
        clips.add(new AudioClip(name, file));
        Random random = new Random(1);
        for (int trial = 0; trial < 6; trial++) {
            try (ClipPass pass = new ClipPass(
                    "test", clips, AudioFiles::open, encoder, Resampler.Kernel.HANN, new ClipPass.Limits(5, 60))) {
                while (pass.hasNext()) {
                    pass.next().forEach(sound -> requireCut(sound, whole, encoder.sampleRate()));
                }
            }
            Collections.shuffle(clips, random);
        }
    }

    private static void requireCut(ClipSound sound, Recording whole, int rate) {
        assertThat(sound.reason()).isNull();
        int from = (int) Math.round(sound.clip().start() * whole.sampleRate());
        long to = Math.round(Math.min(1e6, sound.clip().end()) * whole.sampleRate());
        float[] cut = Arrays.copyOfRange(whole.samples(), from, (int) Math.min(whole.samples().length, to));
        assertThat(sound.samples())
                .isEqualTo(new Recording(cut, whole.sampleRate())
                        .resampled(rate, Resampler.Kernel.HANN)
                        .samples());
    }
}
