"""Nouns by what they stand for: people, systems, places, and words that are never a thing to keep."""

from __future__ import annotations

from typing import Final

from libs.offline.lexicon import words

SYSTEMS: Final = words(
    """
    api app application system backend back-end service platform tool software website site portal tracker server
    webapp web-app webservice microservice program management solution crud rest crm cms erp lms dashboard database
    db
    """
)
# Words before or after the system's name that say nothing about what it is for.
# Heads of a system's name that elsewhere are people: "task manager", "meal planner".
TITLE_HEADS: Final = SYSTEMS | {"manager", "planner", "organizer", "organiser", "tracker"}
SYSTEM_FILLERS: Final = words(
    """
    rest restful web simple small basic backend api app application system service platform tool software online
    management tracking tracker manager website site portal crud mvp http json fastapi python server my new internal
    administration solution program
    """
)
PEOPLE: Final = words(
    """ listener
    rep representative salesperson respondent user member customer client patient doctor nurse teacher student
    employee staff manager admin administrator librarian author editor owner tenant landlord guest host driver
    passenger player coach trainer instructor vendor agent operator moderator reviewer organizer organiser attendee
    participant volunteer donor applicant candidate recruiter seller buyer cashier waiter chef cook receptionist
    accountant lawyer parent child pupil professor lecturer technician mechanic engineer developer worker visitor
    subscriber follower reader writer viewer contributor assignee reporter approver person contact lead friend
    speaker sponsor artist actor director musician photographer therapist dentist vet veterinarian resident citizen
    shopper adopter borrower lender renter superuser supervisor clerk planner dispatcher courier carrier barber
    stylist hairdresser gardener farmer grower tutor mentor mentee freelancer contractor consultant inspector judge
    referee scientist researcher investigator curator colleague teammate lodger occupant householder physician
    surgeon pharmacist caregiver dealer broker merchant creator commenter poster bookkeeper auditor analyst leader
    captain soldier pilot traveler traveller rider walker beekeeper keeper breeder trainee intern apprentice
    principal headmaster secretary treasurer storekeeper shopkeeper warehouseman bartender janitor janitors handler
    sitter groomer runner hiker climber swimmer cyclist skater dancer singer performer exhibitor delegate voter
    donator giver winner loser bidder auctioneer juror picker packer caretaker assistant foreman steward usher installer
    electrician plumber cleaner porter concierge coordinator officer guide ranger lifeguard neighbour neighbor tester
    midwife paramedic counselor counsellor psychologist physiotherapist translator interpreter journalist registrar dean
    warden guard archivist marshal umpire timekeeper scorer postman apiarist sommelier roaster brewer baker
    """
)
# People who run the system rather than being kept in it, unless the wish gives them fields.
STAFF: Final = words(
    """ organizer organiser
    admin administrator librarian editor moderator operator superuser receptionist cashier accountant supervisor
    clerk auditor dispatcher manager staff planner owner analyst bookkeeper secretary approver storekeeper
    shopkeeper everyone anyone curator treasurer bartender chef waiter juror picker packer caretaker assistant foreman
    steward usher coordinator registrar archivist marshal concierge
    """
)
PLACES: Final = words(
    """
    workshop practice brewery vineyard laboratory lab shop store company business office school university college
    clinic hospital restaurant cafe hotel library gym club team organization organisation agency studio bakery bar
    market startup firm museum theater theatre cinema zoo farm garage salon church village city town community
    neighborhood neighbourhood world country region bookstore bookshop pharmacy warehouse factory kitchen garden
    household family home house department
    """
)
# Nouns that prose is full of and no table is made for, unless fields are stated for them.
NEVER: Final = words(
    """
    thing way idea time day week month year lot bit kind sort example case point end information info data detail
    feature functionality function requirement need goal problem something anything nothing everything system stuff
    moment hour minute second morning evening night today tomorrow yesterday future past spreadsheet excel paper pen
    screen button click endpoint response crud backend api app interface frontend ui ux code python database record
    entity object model field attribute relation relationship key value chaos mess fun life work world place side
    fact reason sense truth trouble sake favor favour hand head eye heart back front top bottom middle rest basis
    access control process ability option possibility support help use usage login authentication authorization
    password token security permission role right limit rule constraint condition state purpose overview
    summary-page view form format string text integer number decimal float boolean date datetime one ones other
    others own mail call talk coffee lunch boss wife husband mother father brother sister son daughter guy folk
    folks weather sun rain sea sky love hate war peace god hello hi hey thanks thank bye please yes no ok okay sorry
    lorem ipsum dolor sit amet foo bar baz qux asdf qwerty testing blah poem joke essay whole half quarter zero
    beginning start finish chance mistake error bug fix version step thinking talking everyone everybody anyone
    nobody somebody someone sake amount number level percent percentage nowadays basics minimum maximum average
    total sum count addition deletion update creation management tracking handling difference change effort mind
    word sentence paragraph wish description spec specification scope phase stage mvp prototype demo
    """
)
# Words of the list above, and of the systems, that are a thing to keep once the wish says what they have.
DEFINABLE: Final = words(
    "option case lot call talk version step tool service program entry response point code phase rule screen record"
)
# Plural things that label others: many of them on many things.
LABELS: Final = words(
    "tag category label genre topic keyword skill amenity allergen interest feature language hashtag certification"
)
# Things people commonly keep, beside those with fields in the catalog.
THINGS: Final = words(
    """
    account achievement activity address adoption advertisement aircraft airline airport album alert amenity animal
    announcement answer apartment appliance application appointment aquarium area article artwork asset assignment
    attachment attendance auction audit author award badge bag ball bank banner batch bed beehive bicycle bid bike
    bill blog board boat body book booking bookmark bottle box branch brand budget bug building bus cabin cake
    calendar call campaign car card cargo cart case cat category cattle certificate certification chapter character
    charge chat checklist child choice city claim class classroom client clinic club coach collection collar colony
    comment commission community company competition complaint component computer concert conference container
    contract conversation copy cost country coupon course court cow crop currency customer dataset deal debt
    delivery department deposit desk destination device diagnosis diary dish disease district doctor document dog
    domain donation door drink driver drone drug election email employee engine enrollment entry envelope equipment
    event exam exercise exhibit exhibition expense experiment facility farm feed feedback fee file film fine fish
    flat fleet flight floor flower folder food forecast form forum friend fund furniture game garden gate gift goal
    grade grant group guest guide gym habit harvest hive holiday horse hospital hotel house image incident
    ingredient inspection inspector instrument insurance interview inventory invitation invoice issue item job
    journal journey key keyboard kit lab label language laptop lead league lease leave lecture leg lesson letter
    license line link list listing load loan location locker log lot lunchbox machine magazine mail maintenance map
    market match material meal measurement medication medicine meeting member membership memo menu message metric
    milestone mission module movie museum musician nest network newsletter note notebook notification observation
    offer office order ingredient outlet owner package page painting parcel park part participant partner party pass
    passenger passport patient payment payroll penalty performance permit pet phone photo picture piece plan plane
    planet plant player playlist plot podcast policy poll portfolio position post prescription present prize
    procedure product profile program project promotion property proposal publication publisher purchase quest
    question queue quiz quote race rack reading receipt recipe record referral refund region registration release
    reminder rental repair repository request reservation resident resource response restaurant result review reward
    ride risk road robot role room route routine rule sale salon sample schedule scholarship school score screening
    season seat section seed sensor server service session shelf shelter shift ship shipment shoe shop show site
    skill slot snapshot sponsor song space species spot stable staff stall star station step stock store story
    student studio subject submission subscription suite supplier supply survey symptom table tag talk target task
    teacher team tenant term terminal test theater ticket timesheet tip tool topic tour tournament track trade trail
    trailer train training transaction transfer trap treatment tree trip truck tutorial unit university upload
    vaccination vaccine van variant vehicle vendor venue video villa visit visitor volunteer vote voucher wallet
    warehouse warranty watchlist webinar website widget wine winery wishlist word worker workout workshop workspace
    zone accommodation actor director screenplay studio stadium mechanic garage valve pump meter cylinder tank pipe
    contractor crew site permit sculpture artist gallery collector lender borrower repayment installment collateral
    franchise outlet till cashier roster rota substitute thesis supervisor chemical reagent protocol specimen
    freezer ward bed admission surgery locker parcel courier dispatch pallet bin aisle picker wave stop timetable
    fare beer brewery fermenter keg tap vineyard barrel cellar tasting cheese dairy herd milk constituency candidate
    ballot petition signature committee motion bylaw
    """
)
