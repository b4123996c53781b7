// Modules and launches of the stand-in driver; a part of standin.c.

// ---- Modules

// PTX versions came with versions of CUDA: 6.3 with 10.0, 7.x with 11.x, 8.x with 12.x, 9.x with 13.x; minors nearly agree.
static int newest_ptx(void) {
    int major = driver / 1000, minor = driver % 1000 / 10;
    return major < 10 ? 62 : major < 11 ? 63 + minor : (major - 4) * 10 + (major == 12 && minor > 5 ? minor - 1 : minor);
}

// Parameters of an entry; returns what follows them.
static const char* read_parameters(const char* text, Kernel* k) {
    const char* end = strchr(text, ')');
    for (const char* p = strstr(text, ".param "); p != NULL && p < end; p = strstr(p + 1, ".param ")) {
        int align = 0, bits = 0, count = 0;
        char type = 0, name[256];
        if (sscanf(p, ".param .align %d .b8 %255[^][, )\n][%d]", &align, name, &count) == 3) {
            k->bytes[k->parameters++] = count;
        } else if (sscanf(p, ".param .%c%d %255[^, )\n]", &type, &bits, name) == 3) {
            k->bytes[k->parameters++] = bits / 8;
        } else {
            return NULL;
        }
        if (k->parameters == MAX_PARAMETERS) {
            return NULL;
        }
    }
    return end + 1;
}

// An entry from its name to its end; returns NULL where it is not understood.
static const char* read_entry(const char* text, Kernel* k) {
    if (sscanf(text, "%127[^( \n]", k->name) != 1 || (text = strchr(text, '(')) == NULL || (text = read_parameters(text, k)) == NULL) {
        return NULL;
    }
    const char* body = strchr(text, '{');
    const char* end = strstr(text, "\n}");
    if (body == NULL || end == NULL) {
        return NULL;
    }
    int x = 0, y = 1, z = 1;
    k->block = 1024;
    for (const char* p = text; p < body; p++) {
        if (sscanf(p, ".maxntid %d, %d, %d", &x, &y, &z) > 0 || sscanf(p, ".reqntid %d, %d, %d", &x, &y, &z) > 0) {
            k->block = x * y * z;
            k->exact = p[1] == 'r';
        }
    }
    for (const char* p = strstr(body, "\t.shared "); p != NULL && p < end; p = strstr(p + 1, "\t.shared ")) {
        int align = 0, bytes = 0;
        char name[256];
        if (sscanf(p, "\t.shared .align %d .b8 %255[^][\n][%d]", &align, name, &bytes) == 3) {
            k->shared = (k->shared + align - 1) / align * align + bytes;
        }
    }
    return end;
}

static int read_module(const char* text, Module* m) {
    int major = 0, minor = 0, target = 0;
    const char* version = strstr(text, ".version ");
    const char* wanted = strstr(text, ".target sm_");
    if (version == NULL || sscanf(version, ".version %d.%d", &major, &minor) != 2 || wanted == NULL
            || sscanf(wanted, ".target sm_%d", &target) != 1) {
        return refuse(INVALID_PTX, "this is not PTX");
    }
    if (10 * major + minor > newest_ptx()) {
        return refuse(UNSUPPORTED_PTX_VERSION, "PTX %d.%d is newer than a driver for CUDA %d.%d", major, minor, driver / 1000,
                driver % 1000 / 10);
    }
    if (target > capability) {
        return refuse(INVALID_PTX, "SM version sm_%d specified by .target is higher than sm_%d", target, capability);
    }
    sscanf(text, "// %127[a-z_0-9]", m->family);
    for (const char* p = strstr(text, ".visible .entry "); p != NULL; p = strstr(p, ".visible .entry ")) {
        Kernel* k = &m->kernels[m->count++];
        k->module = m;
        p = m->count < 128 ? read_entry(p + strlen(".visible .entry "), k) : NULL;
        if (p == NULL) {
            return refuse(INVALID_PTX, "the stand-in does not understand the entry %s", k->name);
        }
        k->dynamic = (48 << 10) - k->shared;
    }
    return SUCCESS;
}

static Kernel* kernel_of(Module* m, const char* name) {
    for (int i = 0; i < m->count; i++) {
        if (strcmp(m->kernels[i].name, name) == 0) {
            return &m->kernels[i];
        }
    }
    return NULL;
}

// What ptxas -v tells of the kernels.
static void read_figures(const char* log, Module* m) {
    Kernel* k = NULL;
    char name[128];
    for (const char* line = log; line != NULL; line = strchr(line, '\n') == NULL ? NULL : strchr(line, '\n') + 1) {
        const char* end = strchr(line, '\n');
        const char* used = strstr(line, "Used ");
        if (sscanf(line, "ptxas info : Compiling entry function '%127[^']", name) == 1) {
            k = kernel_of(m, name);
        } else if (k != NULL && used != NULL && (end == NULL || used < end)) {
            sscanf(used, "Used %d", &k->registers);
        }
    }
}

// Takes the figures of a module with the same text for the same device, if there is one.
static bool knows(const char* text, Module* m) {
    m->hash = 0xcbf29ce484222325u ^ (uint64_t)capability;
    for (const char* c = text; *c != 0; c++) {
        m->hash = (m->hash ^ (unsigned char)*c) * 0x100000001b3u;
    }
    const Module* same = modules;
    while (same != NULL && same->hash != m->hash) {
        same = same->next;
    }
    for (int i = 0; same != NULL && i < m->count; i++) {
        m->kernels[i].registers = same->kernels[i].registers;
    }
    return same != NULL;
}

// Assembles a module; what ptxas says goes to `log`.
static int assemble(const char* text, Module* m, char* log, size_t bytes) {
    static int number;
    if (knows(text, m)) {
        return SUCCESS;
    }
    const char* folder = getenv("STANDIN_FOLDER");
    char ptx[512], out[512], arch[32];
    snprintf(ptx, sizeof ptx, "%s/module%d.ptx", folder, number);
    snprintf(out, sizeof out, "%s/module%d.txt", folder, number++);
    snprintf(arch, sizeof arch, "-arch=sm_%d", capability);
    FILE* f = fopen(ptx, "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
        return refuse(INVALID_PTX, "the stand-in cannot write %s", ptx);
    }
    char* command[] = {"ptxas", arch, "-v", "-o", "/dev/null", ptx, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child;
    int status = -1;
    if (posix_spawn(&child, getenv("STANDIN_PTXAS"), &actions, NULL, command, environ) == 0) {
        waitpid(child, &status, 0);
    }
    posix_spawn_file_actions_destroy(&actions);
    f = fopen(out, "r");
    size_t n = f == NULL ? 0 : fread(log, 1, bytes - 1, f);
    log[n] = 0;
    if (f != NULL) {
        fclose(f);
    }
    if (status != 0) {
        return refuse(INVALID_PTX, "ptxas %s: %s", arch, log);
    }
    read_figures(log, m);
    return SUCCESS;
}

// The functions that the shim made of the kernels.
static int find_functions(Module* m) {
    char path[512], name[160];
    snprintf(path, sizeof path, "%s/%s.so", getenv("STANDIN_KERNELS"), m->family);
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    snprintf(name, sizeof name, " %s ", m->family);
    m->barriers = getenv("STANDIN_PLAIN") == NULL || strstr(getenv("STANDIN_PLAIN"), name) == NULL;
    for (int i = 0; i < m->count && library != NULL; i++) {
        snprintf(name, sizeof name, "run_%s", m->kernels[i].name);
        *(void**)&m->kernels[i].run = dlsym(library, name);
    }
    return library == NULL ? refuse(INVALID_PTX, "the shim: %s", dlerror()) : SUCCESS;
}

int cuModuleLoadDataEx(Module** out, const char* text, unsigned count, const int* options, void** values) {
    enum { ERROR_LOG_BUFFER = 5, ERROR_LOG_BUFFER_SIZE_BYTES = 6 };
    static char log[256 << 10];
    pthread_mutex_lock(&lock);
    Module* m = calloc(1, sizeof *m);
    int error = begin("cuModuleLoadDataEx", true);
    log[0] = 0;
    if (error != SUCCESS) {
        snprintf(log, sizeof log, "the test asked for error %d", error);
    } else if ((error = read_module(text, m)) != SUCCESS) {
        snprintf(log, sizeof log, "%s", said);
    } else if (getenv("STANDIN_PTXAS") != NULL) {
        error = assemble(text, m, log, sizeof log);
    }
    if (error == SUCCESS && getenv("STANDIN_KERNELS") != NULL) {
        error = find_functions(m);
    }
    char* buffer = NULL;
    size_t bytes = 0;
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == ERROR_LOG_BUFFER) {
            buffer = values[i];
        } else if (options[i] == ERROR_LOG_BUFFER_SIZE_BYTES) {
            bytes = (uintptr_t)values[i];
        }
    }
    if (buffer != NULL && bytes > 0 && error != SUCCESS) {
        snprintf(buffer, bytes, "%s", log);
    }
    if (error == SUCCESS) {
        m->next = modules;
        *out = modules = m;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

// A handle that a failed call left is anything.
static bool is_module(const Module* handle) {
    const Module* m = modules;
    while (m != NULL && m != handle) {
        m = m->next;
    }
    return m != NULL;
}

static bool is_kernel(const Kernel* handle) {
    for (const Module* m = modules; m != NULL; m = m->next) {
        for (int i = 0; i < m->count; i++) {
            if (handle == &m->kernels[i]) {
                return true;
            }
        }
    }
    return false;
}

CALL(cuModuleGetFunction, (Kernel** out, Module* m, const char* name), true,
    bool known = is_module(m);
    *out = known ? kernel_of(m, name) : NULL;
    !known ? refuse(INVALID_HANDLE, "cuModuleGetFunction: this is no module")
        : *out != NULL ? SUCCESS : refuse(NOT_FOUND, "cuModuleGetFunction: %s is not in %s", name, m->family);)

CALL(cuFuncSetAttribute, (Kernel* k, int which, int value), true,
    bool known = is_kernel(k);
    bool allowed = known && which == 8 && value >= 0 && k->shared + value <= shared_max();  // MAX_DYNAMIC_SHARED_SIZE_BYTES
    if (allowed) {
        k->dynamic = value;
    }
    !known ? refuse(INVALID_HANDLE, "cuFuncSetAttribute: this is no kernel")
        : allowed ? SUCCESS : refuse(INVALID_VALUE, "cuFuncSetAttribute: %s cannot have %d + %d of %d bytes", k->name, k->shared, value,
                               shared_max());)

// ---- Launches

static int check_arguments(const Kernel* k, void** arguments) {
    if (arguments == NULL) {
        return k->parameters == 0 ? SUCCESS : refuse(INVALID_VALUE, "%s: no arguments", k->name);
    }
    for (int i = 0; i < k->parameters; i++) {
        char* value;
        if (arguments[i] == NULL) {
            return refuse(INVALID_VALUE, "%s: no argument %d", k->name, i);
        }
        if (k->bytes[i] != sizeof value) {
            continue;
        }
        // A number may have 64 bits, too, but none is an address of ours by chance.
        memcpy(&value, arguments[i], sizeof value);
        if (reserved != NULL && value >= reserved && value < reserved + RESERVED && at(value) == NULL) {
            return refuse(broken = ILLEGAL_ADDRESS, "%s: argument %d points into memory that is not allocated", k->name, i);
        }
    }
    return SUCCESS;
}

static int check_launch(const Kernel* k, unsigned items, unsigned shared) {
    if (items == 0 || items > (unsigned)k->block || (k->exact && items != (unsigned)k->block)) {
        return refuse(INVALID_VALUE, "%s: %u items, a group has %s%d", k->name, items, k->exact ? "" : "at most ", k->block);
    }
    if (shared > (unsigned)k->dynamic) {
        return refuse(INVALID_VALUE, "%s: %d + %u bytes of shared memory, but it asked for %d", k->name, k->shared, shared, k->dynamic);
    }
    // Registers are given to warps, in units of 8 per item.
    if ((k->registers + 7) / 8 * 8 * ((items + 31) / 32 * 32) > 65536) {
        return refuse(OUT_OF_RESOURCES, "%s: %u items of %d registers", k->name, items, k->registers);
    }
    return SUCCESS;
}

// Adds a kernel to the list of those that ran.
static void note(Kernel* k) {
    if (!k->launched) {
        char path[512];
        snprintf(path, sizeof path, "%s/launched.txt", getenv("STANDIN_FOLDER"));
        FILE* f = fopen(path, "a");
        if (f != NULL) {
            fprintf(f, "%s\n", k->name);
            fclose(f);
        }
        k->launched = true;
    }
}

static int execute(const Kernel* k, unsigned groups, unsigned items, unsigned shared, void** arguments) {
    if (getenv("STANDIN_KERNELS") == NULL) {
        return SUCCESS;
    }
    if (k->run == NULL) {
        return refuse(LAUNCH_FAILED, "%s: the shim does not have it", k->name);
    }
    backwards = !backwards;
    const char* problem = k->run(groups, items, (int)shared, k->module->barriers, backwards, arguments);
    return problem == NULL ? SUCCESS : refuse(broken = LAUNCH_FAILED, "%s: %s", k->name, problem);
}

int cuLaunchKernel(Kernel* k, unsigned gx, unsigned gy, unsigned gz, unsigned x, unsigned y, unsigned z, unsigned shared, void* stream,
        void** arguments, void** extra) {
    pthread_mutex_lock(&lock);
    int error = begin("cuLaunchKernel", true);
    if (error == SUCCESS && !is_kernel(k)) {
        error = refuse(INVALID_HANDLE, "cuLaunchKernel: this is no kernel");
    }
    if (error == SUCCESS) {
        error = gx == 0 || gx > 0x7fffffff || gy != 1 || gz != 1 || y != 1 || z != 1 || stream != NULL || extra != NULL
            ? refuse(INVALID_VALUE, "%s: a grid of %u x %u x %u", k->name, gx, gy, gz)
            : check_launch(k, x, shared);
    }
    if (error == SUCCESS) {
        error = check_arguments(k, arguments);
    }
    if (error == SUCCESS) {
        note(k);
        error = execute(k, gx, x, shared, arguments);
    }
    if (error == SUCCESS && busy_millis > 0) {
        clock_gettime(CLOCK_MONOTONIC, &busy_until);
        busy_until.tv_sec += busy_millis / 1000;
        busy_until.tv_nsec += busy_millis % 1000 * 1000000l;
        if (busy_until.tv_nsec >= 1000000000l) {
            busy_until.tv_nsec -= 1000000000l;
            busy_until.tv_sec++;
        }
    }
    pthread_mutex_unlock(&lock);
    return error;
}
