package org.unmute.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * Runs one contender as a process that is told what to do line by line: {@code prepare FOLDER}, {@code time CALLS
 * SECONDS}, {@code quit}. Every answer is one line that begins with {@link #MARK}, since native libraries print to
 * standard output as they like; everything else goes to standard error.
 */
public final class WorkerMain {
    /** Begins a line that is an answer. */
    public static final String MARK = "@bench ";

    private final Contender contender;
    private final String name;
    private final PrintStream answers;
    private Contender.Call call;

    private WorkerMain(Contender contender, String name, PrintStream answers) {
        this.contender = contender;
        this.name = name;
        this.answers = answers;
    }

    /** Arguments: name of the contender, its class, threads. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        int status = 0;
        try (Contender contender =
                (Contender) Class.forName(args[1]).getConstructor(int.class).newInstance(Integer.parseInt(args[2]))) {
            new WorkerMain(contender, args[0], answers).serve();
        } catch (Throwable e) {
            e.printStackTrace();
            answers.println(MARK + "failed " + said(e));
            answers.flush();
            status = 1;
        }
        // Native libraries leave threads behind.
        System.exit(status);
    }

    private void serve() throws Exception {
        answer("ready " + contender.describe());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            try {
                String[] words = line.split(" ", 2);
                switch (words[0]) {
                    case "prepare" -> prepare(Path.of(words[1]));
                    case "time" -> time(words[1].split(" "));
                    case "release" -> release();
                    default -> throw new IOException("unknown order: " + line);
                }
            } catch (UnsupportedCaseException e) {
                answer("unsupported " + e.getMessage());
            } catch (Exception | LinkageError | OutOfMemoryError e) {
                e.printStackTrace();
                answer("failed " + said(e));
            }
        }
        if (call != null) {
            call.close();
        }
    }

    private void prepare(Path path) throws Exception {
        forget();
        CaseFolder folder = CaseFolder.open(path, name);
        call = contender.prepare(folder);
        System.gc();
        long before = ProcessMemory.restartPeak();
        call.run();
        call.show(folder);
        answer("prepared " + call.tensorBytes() + " " + before);
    }

    private void time(String[] words) throws Exception {
        int most = Integer.parseInt(words[0]);
        double seconds = Double.parseDouble(words[1]);
        StringJoiner nanos = new StringJoiner(" ");
        long begun = System.nanoTime();
        int calls = 0;
        while (calls < most && (calls == 0 || System.nanoTime() - begun < seconds * 1e9)) {
            long from = System.nanoTime();
            call.run();
            nanos.add(Long.toString(System.nanoTime() - from));
            calls++;
        }
        answer("timed " + nanos);
    }

    private void release() throws Exception {
        forget();
        System.gc();
        answer("released");
    }

    private void forget() throws Exception {
        Contender.Call old = call;
        call = null;
        if (old != null) {
            old.close();
        }
    }

    private void answer(String text) {
        answers.println(MARK + text.replace('\n', ' '));
        answers.flush();
    }

    private static String said(Throwable e) {
        Throwable cause =
                e instanceof java.lang.reflect.InvocationTargetException i && i.getCause() != null ? i.getCause() : e;
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }
}
