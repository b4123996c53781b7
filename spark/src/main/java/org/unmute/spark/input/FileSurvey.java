package org.unmute.spark.input;

import java.io.EOFException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.ClipDivision;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipSound;
import org.unmute.spark.plan.Packed;

/**
 * Asks executors for stamps and lengths of files. Reads only the header of a file if it gives the length, as {@link
 * ClipDivision} does.
 */
final class FileSurvey {
    /**
     * Max files for each task: a thousand requests over a network take a minute, and a task has to fit into a message.
     */
    private static final int MAX_FILES = 4096;

    private static final int MIN_FILES = 64;
    /** Files that a task queries concurrently, since it mostly waits for the network. */
    private static final int AT_ONCE = 16;

    private static final int TRIES = 3;
    private static final long FIRST_PAUSE_MILLIS = 250;

    private FileSurvey() {}

    /**
     * A question about a file.
     *
     * @param uri URI of the file
     * @param stamp stamp of the file, if known; null asks for it
     * @param seconds whether to ask for the length
     * @param channels whether to ask for the number of channels
     */
    record Question(String uri, String stamp, boolean seconds, boolean channels) implements Serializable {}

    /**
     * The answer about a file.
     *
     * @param stamp stamp of the file; null if it does not exist
     * @param seconds length of the file; NaN if the question did not ask for it or it cannot be determined
     * @param channels number of channels; 0 if the question did not ask for it or it cannot be determined
     * @param failure a failure that may be temporary, such as one of the network; null if there was none
     */
    record Answer(String stamp, double seconds, int channels, String failure) implements Serializable {}

    /** Answers in the order of the questions. */
    static List<Answer> ask(JavaSparkContext spark, List<Question> questions) {
        if (questions.isEmpty()) {
            return List.of();
        }
        int tasks = Math.max(
                Math.ceilDiv(questions.size(), MAX_FILES),
                Math.min(Math.ceilDiv(questions.size(), MIN_FILES), 4 * spark.defaultParallelism()));
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            int from = (int) ((long) questions.size() * i / tasks);
            int to = (int) ((long) questions.size() * (i + 1) / tasks);
            parts.add(Packed.of(questions.subList(from, to).toArray(Question[]::new)));
        }
        SerializableConfiguration hadoop = new SerializableConfiguration(spark.hadoopConfiguration());
        List<Answer> answers = new ArrayList<>(questions.size());
        spark.parallelize(parts, tasks)
                .map(part -> Packed.of(answers(new HadoopFiles(hadoop.value()), Packed.open(part, Question[].class))))
                .collect()
                .forEach(packed -> answers.addAll(Arrays.asList(Packed.open(packed, Answer[].class))));
        return answers;
    }

    /** The work of one task. */
    private static Answer[] answers(HadoopFiles files, Question[] questions) throws Exception {
        boolean local = Arrays.stream(questions).allMatch(q -> q.uri().startsWith("file:"));
        ExecutorService threads = Executors.newFixedThreadPool(local ? 1 : AT_ONCE);
        try {
            List<Callable<Answer>> calls = Arrays.stream(questions)
                    .map(q -> (Callable<Answer>) () -> answer(files, q))
                    .toList();
            Answer[] answers = new Answer[questions.length];
            int i = 0;
            for (Future<Answer> future : threads.invokeAll(calls)) {
                answers[i++] = future.get();
            }
            return answers;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * Asks again if the file system fails rather than the file: the division of a recording must not depend on
     * temporary failures.
     */
    static Answer answer(HadoopFiles files, Question question) throws InterruptedException {
        IOException failure = null;
        for (int i = 0; i < TRIES; i++) {
            if (i > 0) {
                Thread.sleep(FIRST_PAUSE_MILLIS << i);
            }
            try {
                return asked(files, question);
            } catch (IOException e) {
                if (isOfFile(e)) {
                    return new Answer(question.stamp(), Double.NaN, 0, null);
                }
                failure = e;
            }
        }
        return new Answer(question.stamp(), Double.NaN, 0, ClipSound.reason(failure));
    }

    /** Whether a failure is due to the file itself, so that asking again does not help. */
    private static boolean isOfFile(IOException e) {
        return e instanceof NoSuchFileException || e instanceof AccessDeniedException;
    }

    private static Answer asked(HadoopFiles files, Question question) throws IOException {
        FileStatus status = files.status(question.uri());
        String stamp = question.stamp() == null ? HadoopFiles.stamp(status) : question.stamp();
        double seconds = question.seconds() ? seconds(files, question.uri(), status) : Double.NaN;
        int channels = question.channels() ? channels(files, question.uri(), status) : 0;
        return new Answer(stamp, seconds, channels, null);
    }

    /** Number of channels; 0 if the file is damaged or not a sound file. */
    private static int channels(HadoopFiles files, String uri, FileStatus status) throws IOException {
        if (!status.isFile()) {
            return 0;
        }
        try (AudioStream stream =
                HadoopAudio.open(files.open(uri, status, HadoopFiles.Reading.HEADER), uri, Mixdown.MEAN)) {
            return stream.channels();
        } catch (UnreadableAudioException | EOFException | IllegalArgumentException e) {
            return 0; // reported when the recording is read
        }
    }

    /** Length in seconds; NaN if the file is damaged or not a sound file. */
    private static double seconds(HadoopFiles files, String uri, FileStatus status) throws IOException {
        if (!status.isFile()) {
            return Double.NaN;
        }
        try {
            return ClipDivision.seconds(
                    new AudioClip(uri, UriPath.of(uri)),
                    (_, channel) ->
                            HadoopAudio.open(files.open(uri, status, HadoopFiles.Reading.HEADER), uri, channel));
        } catch (UnreadableAudioException | EOFException | IllegalArgumentException e) {
            return Double.NaN; // reported when the recording is read
        }
    }
}
