package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.report.event.SoundExcerpt;
import org.unmute.report.event.SpectrogramPicture;
import org.unmute.report.page.Html;

/** Cuts stretches out of recordings of every format that is read, as pictures and as WAV. Keeps the latest ones. */
final class EventSound {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 256;
    private static final int KEPT = 4;
    /** How much larger an enlarged picture is. */
    private static final int ENLARGED = 2;
    /** Rates that every browser plays. */
    private static final int LOWEST_RATE = 8000;

    private static final int HIGHEST_RATE = 48_000;

    private final Map<Stretch, Cut> latest = new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Stretch, Cut> eldest) {
            return size() > KEPT;
        }
    };
    /** One stretch is decoded at a time, so that memory is bounded. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Creates an empty store. */
    EventSound() {}

    /**
     * Where to cut.
     *
     * @param start in seconds from the start of the recording
     * @param end   in seconds, after the start; the recording may end before
     * @param hearing the highest frequency of its picture, in Hz; NaN for half the rate
     */
    record Stretch(Path recording, double start, double end, double hearing) {
        /** A stretch whose picture shows all frequencies. */
        Stretch(Path recording, double start, double end) {
            this(recording, start, end, Double.NaN);
        }

        private static final double LONGEST = 30;
        private static final double LEAST_CONTEXT = 1;
        private static final double MOST_CONTEXT = 3;

        /** An event with its surroundings; of a long one, what is around its peak. */
        static Stretch around(Path recording, ReviewedEvent event, double hearing) {
            double context = Math.clamp(event.end() - event.start(), LEAST_CONTEXT, MOST_CONTEXT);
            double start = Math.max(0, event.start() - context);
            double end = event.end() + context;
            if (end - start > LONGEST) {
                double peak = Double.isNaN(event.peak()) ? (event.start() + event.end()) / 2 : event.peak();
                start = Math.clamp(peak - LONGEST / 2, start, end - LONGEST);
                end = start + LONGEST;
            }
            double high = event.high() > hearing ? event.high() : hearing;
            return new Stretch(recording, start, end, high);
        }
    }

    /**
     * A stretch that was cut.
     *
     * @param sound   not longer than the recording
     * @param highHz  the highest frequency of its picture
     * @param picture its spectrogram as a PNG image, from 0 to the highest frequency
     */
    record Cut(SoundExcerpt sound, double highHz, byte[] picture) {
        /** The picture with more pixels each way. */
        byte[] enlarged() {
            return draw(sound, highHz, ENLARGED);
        }
    }

    private static byte[] draw(SoundExcerpt sound, double highHz, int larger) {
        int rate = (int) Math.round(2 * highHz);
        return SpectrogramPicture.png(sound.at(rate), rate, larger * WIDTH, larger * HEIGHT);
    }

    /**
     * A stretch of a recording.
     *
     * @throws IOException if the recording cannot be read, or ends before the stretch
     */
    Cut cut(Stretch stretch) throws IOException {
        lock.lock();
        try {
            Cut known = latest.get(stretch);
            if (known == null) {
                known = read(stretch);
                latest.put(stretch, known);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private static Cut read(Stretch stretch) throws IOException {
        try (AudioStream stream = AudioFiles.open(stretch.recording())) {
            SoundExcerpt sound = SoundExcerpt.read(stream, stretch.start(), stretch.end() - stretch.start());
            double all = sound.rate() / 2.0;
            double highHz = stretch.hearing() < all ? Math.max(stretch.hearing(), all / Resampler.MAX_RATIO) : all;
            return new Cut(sound, highHz, draw(sound, highHz, 1));
        }
    }

    /**
     * A stretch as a WAV file that every browser plays; quiet sound is amplified.
     *
     * @param slower how many times slower, and lower, it is played; at least 1
     */
    static byte[] wav(Cut cut, int slower) {
        int own = cut.sound().rate();
        int lowest = (int) Math.min((long) LOWEST_RATE * slower, (long) Resampler.MAX_RATIO * own);
        int rate = Math.clamp(own, lowest, HIGHEST_RATE * slower);
        return Html.wav(SoundExcerpt.amplified(cut.sound().at(rate)), rate / slower);
    }
}
