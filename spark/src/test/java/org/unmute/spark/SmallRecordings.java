package org.unmute.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.unmute.audio.Wav;

/**
 * A folder of short recordings with various sample rates and error-prone names, and two files that are not recordings.
 */
final class SmallRecordings {
    /** Number of usable recordings. */
    static final int USABLE = 12;
    /** Ids of the unusable files. */
    static final String[] UNUSABLE = {"_folder_/empty.wav", "_folder_/text.wav"};

    private static final String[] NAMES = {
        "a.wav",
        "_under.wav",
        "_folder_/b.wav",
        "_folder_/two words.wav",
        "c/number#1.wav",
        "c/50%25.wav",
        "c/a=b&c+d.wav",
        "c/{a,b}[c]*?.wav",
        "c/d/it's.wav",
        "c/d/long.wav",
        "z/high.wav",
        "z/low.wav"
    };

    private SmallRecordings() {}

    static Path write(Path folder) throws IOException {
        for (int i = 0; i < NAMES.length; i++) {
            Path file = folder.resolve(NAMES[i]);
            Files.createDirectories(file.getParent());
            int rate = file.endsWith("high.wav") ? 44_100 : file.endsWith("low.wav") ? 8000 : 16_000;
            double seconds = file.endsWith("long.wav") ? 25 : 0.5 + 0.4 * i;
            Wav.write(file, sound((int) (seconds * rate), rate, i), rate);
        }
        Files.createFile(folder.resolve(UNUSABLE[0]));
        Files.writeString(folder.resolve(UNUSABLE[1]), "no recording, but a text");
        return folder;
    }

    /** Noise in which tones of random pitch and length come and go. */
    static float[] sound(int samples, int rate, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[samples];
        double hertz = 0;
        int until = 0;
        for (int i = 0; i < samples; i++) {
            if (i == until) {
                until += rate / 8 + random.nextInt(rate);
                hertz = random.nextBoolean() ? 0 : 200 + random.nextInt(3000);
            }
            double tone = hertz > 0 ? 0.3 * Math.sin(2 * Math.PI * hertz * i / rate) : 0;
            x[i] = (float) (tone + 0.02 * (random.nextDouble() - 0.5));
        }
        return x;
    }
}
