package org.unmute.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Acquires locks in a separate process. {@code hold FOLDER [TEXT]} locks a folder, overwrites the lock file with the
 * text if there is one, prints a line and waits until its input ends. {@code turns FILE N} locks a file N times and
 * exits with status 1 if another process held the lock at the same time.
 */
final class LockHolder {
    private LockHolder() {}

    public static void main(String[] args) throws IOException {
        if (args[0].equals("hold")) {
            Path folder = Path.of(args[1]);
            try (FolderLock _ = FolderLock.acquire(folder, FolderLock.NAME)) {
                if (args.length > 2) {
                    // Writes as another process, because closing a channel of this process would drop the lock.
                    new ProcessBuilder(
                                    "sh", "-c", "printf '%s' \"$0\" > \"$1\"", args[2], folder + "/" + FolderLock.NAME)
                            .inheritIO()
                            .start()
                            .onExit()
                            .join();
                }
                System.out.println("held");
                System.in.readAllBytes();
            }
        } else {
            turns(Path.of(args[1]), Integer.parseInt(args[2]));
        }
    }

    private static void turns(Path file, int count) throws IOException {
        Path inside = file.resolveSibling("inside");
        for (int done = 0; done < count; ) {
            try (FolderLock _ = FolderLock.acquireFor(file)) {
                Files.write(inside, "x".getBytes(StandardCharsets.US_ASCII), StandardOpenOption.CREATE_NEW);
                Files.delete(inside);
                done++;
            } catch (FolderLock.HeldException e) {
                Thread.yield();
            } catch (FileAlreadyExistsException e) {
                System.out.println("two held the lock after " + done + " turns");
                System.exit(1);
            }
        }
    }
}
