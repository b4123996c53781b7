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
 * Something that is done under faults, and again after each.
 *
 * @param name   for the report
 * @param once   what is done
 * @param again  what finishes it after a fault
 * @param work   the folder that it writes to, and nothing else does
 * @param marker a file that tells that all is complete; null for none
 * @param start  files that are there before; null for none
 */
record Scenario(String name, Action once, Action again, Path work, Path marker, Path start) {
    /** A command, or what a program that embeds the library does. */
    @FunctionalInterface
    interface Action {
        Ran run() throws Exception;
    }

    /** A command that is given again as it was. */
    static Scenario command(String name, Path work, Path marker, Object... command) {
        return new Scenario(name, () -> Ran.unmute(command), () -> Ran.unmute(command), work, marker, null);
    }

    /** This one, finished by another action. */
    Scenario againWith(Object... command) {
        return new Scenario(name, once, () -> Ran.unmute(command), work, marker, start);
    }

    /** The same on what an earlier run left. */
    Scenario startingFrom(String other, Path left) {
        return new Scenario(other, again, again, work, marker, left);
    }

    /** Makes the folder what it is before the action. */
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
