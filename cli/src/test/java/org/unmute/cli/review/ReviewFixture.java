package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.audio.Wav;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewQueue.Choice;

/** A folder with a table of events, their recordings and a review of them. */
final class ReviewFixture implements AutoCloseable {
    static final String HOSTILE = "<img src=x onerror=alert(1)>\u202Egnp";
    private static final int EVENTS = 6;
    private static final int RATE = 16_000;

    final Path folder;
    final VerdictJournal journal;
    final ReviewSession session;
    final PageClient page;

    /** @param folder an empty folder */
    ReviewFixture(Path folder) throws IOException {
        this(folder, null);
    }

    /** As the other one; the page can learn. */
    ReviewFixture(Path folder, Learner learner) throws IOException {
        ListedEvents list = ListedEvents.read(table(folder), Double.NaN);
        trained(folder);
        this.folder = folder;
        journal = VerdictJournal.open(folder);
        ReviewSession.Plan plan = new ReviewSession.Plan(
                "dawn " + HOSTILE,
                new ReviewQueue(list, ReviewQueue.Plan.DEFAULT),
                List.of(Choice.SAMPLE, Choice.DOUBTFUL, Choice.LISTED),
                folder,
                folder.resolve("recordings"),
                0.8,
                0.1,
                learner,
                List.of("unmute probe --verdicts dawn/"),
                0);
        session = ReviewSession.start(plan, journal, bug -> {
            throw new AssertionError(bug);
        });
        page = new PageClient(session.address());
    }

    /** Events of two classes in a recording at 16 kHz and one of a bat detector named without extension, in a missing one and outside. */
    private static Path table(Path folder) throws IOException {
        Path recordings = Files.createDirectories(folder.resolve("recordings/" + HOSTILE.replace("/", "")));
        String name = recordings.getFileName() + "/a.wav";
        write(recordings.resolve("a.wav"), RATE, 20, 2000);
        write(folder.resolve("recordings/bat.wav"), 384_000, 1, 45_000);
        StringBuilder table = new StringBuilder("file,onset,offset,label,score,low,high\n");
        for (int i = 0; i < EVENTS; i++) {
            table.append(String.format(
                    java.util.Locale.ROOT,
                    "\"%s\",%d,%d.5,%s,0.%d,1500,2500\n",
                    name,
                    1 + 3 * i,
                    1 + 3 * i,
                    i % 2 == 0 ? "wren" : "\"" + HOSTILE + "\"",
                    3 + i));
        }
        table.append("bat,0.4,0.5,bat,0.95,40000,50000\n");
        table.append("gone.wav,1,2,wren,0.95,,\n../outside.wav,1,2,wren,0.9,,\n");
        write(folder.resolve("outside.wav"), RATE, 3, 1000);
        Path file = folder.resolve("events.csv");
        return Files.writeString(file, table);
    }

    /** Records by which an encoder that hears up to 4 kHz found the events, and a clip of one class that taught them. */
    private static void trained(Path folder) throws IOException {
        Path state = Files.createDirectories(folder.resolve(".detect"));
        Files.writeString(state.resolve("settings.json"), "{\"front end\":\"fbank at 8000 Hz, 64 bins\"}");
        Path run = Files.createDirectories(folder.resolve("run"));
        Path cache = Files.createDirectories(folder.resolve("cache"));
        Path clips = Files.createDirectories(folder.resolve("clips"));
        new RunRecord(List.of("unmute", "detect", "--probe", run.toString(), "--out", "e")).write(folder);
        new RunRecord(List.of("unmute", "probe", "--cache", cache.toString(), "--out", "r")).write(run);
        new RunRecord(List.of("unmute", "embed", "--audio", clips.toString(), "--out", "c")).write(cache);
        Files.writeString(
                run.resolve("clips.csv"),
                "file,start,end,labels,split,sha256\nboth.wav,,,bat;wren,train,\nwren.wav,1,2,wren,train,\n"
                        + "gone.wav,,,bat,train,\nheld.wav,,,robin,val,\n");
        write(clips.resolve("wren.wav"), RATE, 3, 3000);
        write(clips.resolve("held.wav"), RATE, 1, 3000);
    }

    private static void write(Path file, int rate, int seconds, double hertz) throws IOException {
        float[] samples = new float[rate * seconds];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.1 * Math.sin(2 * Math.PI * hertz * i / rate));
        }
        Wav.write(file, samples, rate);
    }

    @Override
    public void close() throws IOException {
        session.close();
        journal.close();
    }
}
