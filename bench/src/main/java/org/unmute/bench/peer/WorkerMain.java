package org.unmute.bench.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * Runs one peer as a process controlled line by line: {@code prepare FOLDER}, {@code time CALLS SECONDS}, {@code quit}.
 * An answer is one line that begins with {@link #MARK}, since native libraries may print to standard output; everything
 * else goes to standard error.
 */
public final class WorkerMain {
    /** Prefix of an answer line. */
    public static final String MARK = "@bench ";

    private final Peer peer;
    private final String name;
    private final PrintStream answers;
    private Peer.Call call;

    private WorkerMain(Peer peer, String name, PrintStream answers) {
        this.peer = peer;
        this.name = name;
        this.answers = answers;
    }

    /** Arguments: name of the peer, its class, number of threads. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        int status = 0;
        try (Peer peer =
                (Peer) Class.forName(args[1]).getConstructor(int.class).newInstance(Integer.parseInt(args[2]))) {
            new WorkerMain(peer, args[0], answers).serve();
        } catch (Throwable e) {
            e.printStackTrace();
            answers.println(MARK + "failed " + message(e));
            answers.flush();
            status = 1;
        }
        // Native libraries may leave threads running.
        System.exit(status);
    }

    private void serve() throws Exception {
        answer("ready " + peer.describe());
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
            } catch (PeerException e) {
                answer("unsupported " + e.getMessage());
            } catch (Exception | LinkageError | OutOfMemoryError e) {
                e.printStackTrace();
                answer("failed " + message(e));
            }
        }
        if (call != null) {
            call.close();
        }
    }

    private void prepare(Path path) throws Exception {
        forget();
        CaseFolder folder = CaseFolder.open(path, name);
        call = peer.prepare(folder);
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
        Peer.Call old = call;
        call = null;
        if (old != null) {
            old.close();
        }
    }

    private void answer(String text) {
        answers.println(MARK + text.replace('\n', ' '));
        answers.flush();
    }

    private static String message(Throwable e) {
        Throwable cause =
                e instanceof java.lang.reflect.InvocationTargetException i && i.getCause() != null ? i.getCause() : e;
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }
}
