package org.unmute.cli.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.Ran;
import org.unmute.kernels.contract.fault.FaultPlan;
import org.unmute.kernels.contract.fault.VolatileDisk;

/**
 * An action that is run under faults, and rerun after each.
 *
 * @param name   for the report
 * @param once   the action
 * @param again  the action that completes it after a fault
 * @param work   the folder that only this action writes to
 * @param marker a file whose existence means that everything is complete; null for none
 * @param start  files that exist before the action; null for none
 */
record Scenario(String name, Action once, Action again, Path work, Path marker, Path start) {
    /** A command, or code of a program that uses the library. */
    @FunctionalInterface
    interface Action {
        Ran run() throws Exception;
    }

    /** A scenario whose command is simply repeated after a fault. */
    static Scenario command(String name, Path work, Path marker, Object... command) {
        return new Scenario(name, () -> Ran.unmute(command), () -> Ran.unmute(command), work, marker, null);
    }

    /** A scenario that starts from the files left by an earlier run. */
    Scenario startingFrom(String other, Path left) {
        return new Scenario(other, again, again, work, marker, left);
    }

    /** Restores the state of the folder before the action. */
    void prepare() throws IOException {
        Files.createDirectories(work);
        VolatileDisk.clear(FaultPlan.plain(work));
        if (start != null) {
            copy(start, work);
        }
    }

    /** Copies all files below a folder. */
    static void copy(Path from, Path to) throws IOException {
        List<Path> all = new ArrayList<>();
        try (var paths = Files.walk(from)) {
            paths.forEach(all::add);
        }
        for (Path path : all) {
            Path target = to.resolve(from.relativize(path).toString());
            if (Files.isDirectory(path)) {
                Files.createDirectories(target);
            } else {
                Files.write(target, Files.readAllBytes(path));
            }
        }
    }
}
