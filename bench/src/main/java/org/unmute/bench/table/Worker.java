package org.unmute.bench.table;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.unmute.bench.peer.LineProcess;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.peer.ProcessMemory;
import org.unmute.bench.peer.WorkerMain;

/**
 * A process that keeps a peer prepared and times its calls itself. A process that hangs or dies loses only its own
 * entry.
 */
final class Worker extends LineProcess implements PeerProcess {
    private final String name;

    /** See {@link LineProcess}. */
    Worker(String name, List<String> command, Map<String, String> environment, Path log, double timeout)
            throws PeerException {
        super(command, environment, WorkerMain.MARK, log, timeout);
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Memory prepare(Path folder) throws PeerException {
        String[] words = ask("prepare " + folder.toAbsolutePath(), "prepared").split(" ");
        return new Memory(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    @Override
    public double[] time(int most, double seconds) throws PeerException {
        return Arrays.stream(ask("time " + most + " " + seconds, "timed").split(" "))
                .mapToDouble(ns -> Long.parseLong(ns) / 1e6)
                .toArray();
    }

    @Override
    public long peakBytes() {
        return ProcessMemory.peak(process().pid());
    }

    @Override
    public void release() throws PeerException {
        ask("release", "released");
    }
}
