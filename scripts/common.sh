# common.sh: what scripts/demo, scripts/test and .ci/check share; sourced by bash, from anywhere.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
jobs=$(nproc 2>/dev/null || echo 2)

# The Debian 12 packages by purpose; each group holds the one before it.
packages_run="gcc g++ libc6-dev cmake ninja-build pkg-config tzdata ca-certificates
    libjansson-dev libyaml-dev libavro-dev libxxhash-dev libutf8proc-dev libcurl4-openssl-dev libssl-dev
    librdkafka-dev libsimdjson-dev zlib1g-dev"
packages_test="$packages_run python3 python3-yaml python3-jsonschema libcriterion-dev clang-format-16 chromium chromium-driver poppler-utils kcat
    openjdk-17-jre-headless maven nginx-light"
packages_full="$packages_test clang-16 clang-tidy-16 libclang-rt-16-dev libomp-16-dev llvm-16"

say() { printf '%s\n' "$*" >&2; }

packages_of() {
    case $1 in
    run) echo $packages_run ;;
    test) echo $packages_test ;;
    full) echo $packages_full ;;
    *) say "unknown group of packages '$1': run, test or full"; return 2 ;;
    esac
}

# Those of the named packages that are not installed, in order.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# install_packages GROUP: says what is missing, then installs it. Nothing missing: returns at once.
install_packages() {
    local wanted missing log
    wanted=$(packages_of "$1") || return
    if ! command -v dpkg-query >/dev/null; then
        say "This is no Debian: install what corresponds to these packages yourself: $wanted"
        return 0
    fi
    missing=$(missing_packages $wanted)
    [ -n "$missing" ] || return 0
    say "$(echo $missing | wc -w) Debian packages are missing and will now be installed with apt-get (may take minutes):"
    say "$(echo $missing | fold -s -w 100 | sed 's/^/    /')"
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        say "That needs root, and there is no sudo here. As root, run:"
        say "    apt-get update && apt-get install --no-install-recommends" $missing
        return 1
    fi
    log=$(mktemp) || return
    # The lists are fetched only when they do not know a package, or name versions that are gone.
    if ! apt-get install -s -qq --no-install-recommends $missing >/dev/null 2>&1; then
        as_root apt-get update -qq >"$log" 2>&1 || true
    fi
    if ! apt_install $missing >"$log" 2>&1; then
        as_root apt-get update -qq >>"$log" 2>&1
        if ! apt_install $missing >>"$log" 2>&1; then
            tail -20 "$log" >&2
            say "The packages could not be installed; the whole output is in $log"
            return 1
        fi
    fi
    rm -f "$log"
}

# build_preset PRESET [TARGET...]: configures when needed and builds, with a progress line on a terminal and, elsewhere,
# one line at the end. Nothing to do: silent. The output of a failed build is shown.
build_preset() {
    local preset=$1 log start line built=0
    shift
    log=build/logs/build-$preset.log
    mkdir -p build/logs
    start=$SECONDS
    # ninja configures again when a CMake file changes, but knows nothing of the presets.
    if [ ! -f "build/$preset/build.ninja" ] || [ CMakePresets.json -nt "build/$preset/build.ninja" ]; then
        if ! cmake --preset "$preset" >"$log" 2>&1; then
            tail -30 "$log" >&2
            say "The preset '$preset' could not be configured; the whole output is in $log"
            return 1
        fi
    fi
    if [ -t 2 ]; then
        cmake --build --preset "$preset" ${1:+--target "$@"} 2>&1 | tee "$log" | while IFS= read -r line; do
            case $line in
            \[*/*\]*)
                line=${line#\[}
                printf '\r\033[Kbuilding %s: %s %.60s' "$preset" "${line%%\]*}" "${line##*[/ ]}" >&2
                ;;
            esac
        done
        built=${PIPESTATUS[0]}
        printf '\r\033[K' >&2
    else
        cmake --build --preset "$preset" ${1:+--target "$@"} >"$log" 2>&1 || built=$?
    fi
    if [ "$built" != 0 ]; then
        grep -E -A6 'error|FAILED|warning:' "$log" | head -60 >&2
        say "The preset '$preset' could not be built; the whole output is in $log"
        return 1
    fi
    grep -q 'no work to do' "$log" || say "built $preset in $((SECONDS - start)) s"
}
