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
import org.unmute.audio.UnreadableAudioException;
import org.unmute.data.ClipDivision;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipSound;
import org.unmute.spark.plan.Packed;

/**
 * Asks executors for stamps and lengths of files. Of a file only its header is read where that tells the length, as
 * {@link ClipDivision} does.
 */
final class FileSurvey {
    /** Files a task: a thousand answers of a network take a minute, and a task fits into a message. */
    private static final int MAX_FILES = 4096;

    private static final int MIN_FILES = 64;
    /** Files that a task asks for at once: it waits for answers of a network most of the time. */
    private static final int AT_ONCE = 16;

    private static final int TRIES = 3;
    private static final long FIRST_PAUSE_MILLIS = 250;

    private FileSurvey() {}

    /**
     * A question about a file.
     *
     * @param uri     of the file
     * @param stamp   if it is known; null asks for it
     * @param seconds whether to ask for the length
     */
    record Question(String uri, String stamp, boolean seconds) implements Serializable {}

    /**
     * What is known of a file then.
     *
     * @param stamp   of the file; null if it is not there
     * @param seconds its length; NaN if that was not asked for or cannot be found out
     * @param failure a failure that may pass, such as one of the network; null without one
     */
    record Answer(String stamp, double seconds, String failure) implements Serializable {}

    /** Answers in the order of the questions. */
    static List<Answer> ask(JavaSparkContext spark, List<Question> questions) {
        if (questions.isEmpty()) {
            return List.of();
        }
        int tasks = Math.max(
                Math.ceilDiv(questions.size(), MAX_FILES),
                Math.min(Math.ceilDiv(questions.size(), MIN_FILES), 4 * spark.defaultParallelism()));
        List<Answer> answers = new ArrayList<>(questions.size());
        FileJob.ask(spark, "measure", questions, tasks, Question[]::new, FileSurvey::answers)
                .forEach(packed -> answers.addAll(Arrays.asList(Packed.open(packed, Answer[].class))));
        return answers;
    }

    /** What a task does. */
    private static byte[] answers(HadoopFiles files, byte[] questions) throws Exception {
        return Packed.of(answers(files, Packed.open(questions, Question[].class)));
    }

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
     * Asks again if the file system fails rather than the file: the division of a recording must not depend on that.
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
                    return new Answer(question.stamp(), Double.NaN, null);
                }
                failure = e;
            }
        }
        return new Answer(question.stamp(), Double.NaN, ClipSound.reason(failure));
    }

    /** Whether a file cannot be read, so that asking again does not help. */
    private static boolean isOfFile(IOException e) {
        return e instanceof NoSuchFileException || e instanceof AccessDeniedException;
    }

    private static Answer asked(HadoopFiles files, Question question) throws IOException {
        FileStatus status = files.status(question.uri());
        String stamp = question.stamp() == null ? HadoopFiles.stamp(status) : question.stamp();
        return new Answer(stamp, question.seconds() ? seconds(files, question.uri(), status) : Double.NaN, null);
    }

    /** Length in seconds; NaN if the file is no sound, or damaged. */
    private static double seconds(HadoopFiles files, String uri, FileStatus status) throws IOException {
        if (!status.isFile()) {
            return Double.NaN;
        }
        try {
            return ClipDivision.seconds(
                    new AudioClip(uri, UriPath.of(uri)),
                    _ -> HadoopAudio.open(files.open(uri, status, HadoopFiles.Reading.HEADER), uri));
        } catch (UnreadableAudioException | EOFException | IllegalArgumentException e) {
            return Double.NaN; // said when the recording is read
        }
    }
}
